/** A set of files that one page loads. */
export interface Bundle {
  /** Part of each file's address; another one for other content. */
  readonly build: string;
  /** By file name: what is not listed is not served. */
  readonly files: Readonly<Record<string, BundleFile>>;
}

export interface BundleFile {
  readonly type: string;
  /** Encodings that lie ready beside the file, the smallest first. */
  readonly encodings: readonly Encoding[];
}

export type Encoding = "br" | "gzip";

export const ENCODING_SUFFIX: Readonly<Record<Encoding, string>> = {
  br: ".br",
  gzip: ".gz",
};

export type BundleName = "playground" | "docs";

/** What the build of the pages leaves behind. */
export interface AssetManifest {
  /** Changes with everything the files are made of; also their folder's name. */
  readonly stamp: string;
  readonly bundles: Readonly<Record<BundleName, Bundle>>;
}

/**
 * Where the build puts the files and the pages look for them: the same folder
 * whether the code runs compiled or, in a test, from its source.
 */
export const ASSETS_FOLDER = new URL(
  "../../dist/pages/assets/",
  import.meta.url,
);

/** Names the folder in use; replaced once all files of a build are there. */
export const MANIFEST_FILE = new URL("manifest.json", ASSETS_FOLDER);
