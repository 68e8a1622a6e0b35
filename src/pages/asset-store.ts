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

/** A file as it goes over the wire. */
export interface StoredAsset {
  readonly content: Buffer;
  readonly type: string;
  /** Absent when it goes as it is. */
  readonly encoding?: string;
}

let reading: Promise<AssetManifest> | undefined;

/** What the build left behind, read once; null when there was none. */
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

/** The files of a page; null when they have not been built. */
export async function bundleOf(name: BundleName): Promise<Bundle | null> {
  return (await manifest())?.bundles[name] ?? null;
}

/**
 * One file in the best encoding that the caller takes; null for anything the
 * build did not list, so that no address can lead out of the folder.
 */
export async function assetOf(
  name: BundleName,
  build: string,
  file: string,
  acceptEncoding: string | undefined,
): Promise<StoredAsset | null> {
  const made = await manifest();
  const bundle = made?.bundles[name];
  if (made === null || bundle?.build !== build) return null;
  if (!Object.hasOwn(bundle.files, file)) return null;
  const listed = bundle.files[file];
  if (listed === undefined) return null;
  const taken = new Negotiator({
    headers: { "accept-encoding": acceptEncoding ?? "identity" },
  }).encodings([...listed.encodings, "identity"]);
  const encoding = listed.encodings.find((one) => taken.includes(one));
  const suffix = encoding === undefined ? "" : ENCODING_SUFFIX[encoding];
  return {
    content: await readFile(
      new URL(`${made.stamp}/${name}/${file}${suffix}`, ASSETS_FOLDER),
    ),
    type: listed.type,
    ...(encoding === undefined ? {} : { encoding }),
  };
}
