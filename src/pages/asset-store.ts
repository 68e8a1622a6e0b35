import { readFile } from "node:fs/promises";
import Negotiator from "negotiator";
import {
  ASSETS_FOLDER,
  ENCODING_SUFFIX,
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
  const suffix = encoding === undefined ? "" : ENCODING_SUFFIX[encoding];
  return {
    content: await readFile(
      new URL(`${current.stamp}/${name}/${file}${suffix}`, ASSETS_FOLDER),
    ),
    type: listed.type,
    ...(encoding === undefined ? {} : { encoding }),
  };
}
