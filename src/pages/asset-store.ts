import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliDecompress, gzip } from "node:zlib";
import Negotiator from "negotiator";
import {
  ASSETS_FOLDER,
  COMPRESSED_SUFFIX,
  MANIFEST_FILE,
  type AssetManifest,
  type Bundle,
  type BundleName,
} from "./asset-manifest.js";

/** A file to send, possibly compressed. */
export interface StoredAsset {
  readonly content: Buffer;
  readonly type: string;
  /** Content encoding; absent for uncompressed content. */
  readonly encoding?: string;
}

let reading: Promise<AssetManifest> | undefined;

/** Reads the manifest once. Null if the pages have not been built. */
async function manifest(): Promise<AssetManifest | null> {
  reading ??= readFile(MANIFEST_FILE, "utf8").then(
    (text) => JSON.parse(text) as AssetManifest,
  );
  try {
    return await reading;
  } catch {
    reading = undefined;
    return null;
  }
}

/** Returns the files of a page; null if they have not been built. */
export async function bundleOf(name: BundleName): Promise<Bundle | null> {
  return (await manifest())?.bundles[name] ?? null;
}

/**
 * Returns one file in the smallest encoding that the client accepts. Null for a file
 * that is not in the manifest, which prevents path traversal.
 */
export async function assetOf(
  name: BundleName,
  build: string,
  file: string,
  acceptEncoding: string | undefined,
): Promise<StoredAsset | null> {
  const current = await manifest();
  const bundle = current?.bundles[name];
  if (current === null || bundle?.build !== build) return null;
  if (!Object.hasOwn(bundle.files, file)) return null;
  const listed = bundle.files[file];
  if (listed === undefined) return null;
  const accepted = new Negotiator({
    headers: { "accept-encoding": acceptEncoding ?? "identity" },
  }).encodings([...listed.encodings, "identity"]);
  const encoding = listed.encodings.find((name) => accepted.includes(name));
  const path = `${current.stamp}/${name}/${file}`;
  return {
    content: await (encoding === "br"
      ? compressed(path)
      : encoding === "gzip"
        ? gzipped(path)
        : uncompressed(path)),
    type: listed.type,
    ...(encoding === undefined ? {} : { encoding }),
  };
}

const compressed = (path: string): Promise<Buffer> =>
  readFile(new URL(path + COMPRESSED_SUFFIX, ASSETS_FOLDER));

/** The container image has only the compressed copy of a large file. */
const uncompressed = (path: string): Promise<Buffer> =>
  readFile(new URL(path, ASSETS_FOLDER)).catch(async () =>
    promisify(brotliDecompress)(await compressed(path)),
  );

/** Compressed files by path: at most those of the manifest, about 2 MB. */
const gzips = new Map<string, Promise<Buffer>>();

/** For browsers on plain HTTP and older clients, which do not accept Brotli. */
function gzipped(path: string): Promise<Buffer> {
  const known = gzips.get(path);
  if (known !== undefined) return known;
  const made = uncompressed(path).then((content) => promisify(gzip)(content));
  gzips.set(path, made);
  made.catch(() => gzips.delete(path));
  return made;
}
