/** The files of one page. */
export interface Bundle {
  /** Content hash; part of the URL of each file. */
  readonly build: string;
  /** Files by name. A file that is not listed is not served. */
  readonly files: Readonly<Record<string, BundleFile>>;
}

export interface BundleFile {
  readonly type: string;
  /** Encodings in which the file can be sent, the smallest first; empty without a compressed copy. */
  readonly encodings: readonly Encoding[];
}

export type Encoding = "br" | "gzip";

/** Added to the name of a file for its copy that is compressed with Brotli. */
export const COMPRESSED_SUFFIX = ".br";

export type BundleName = "playground" | "docs" | "coverage";

/** Result of the page build. */
export interface AssetManifest {
  /** Hash of all build inputs; also the name of the folder with the files. */
  readonly stamp: string;
  readonly bundles: Readonly<Record<BundleName, Bundle>>;
}

/**
 * Output folder of the page build. The URL is valid from `dist` and, in tests,
 * from `src`.
 */
export const ASSETS_FOLDER = new URL(
  "../../dist/pages/assets/",
  import.meta.url,
);

/** Manifest of the current build. Written after all its files. */
export const MANIFEST_FILE = new URL("manifest.json", ASSETS_FOLDER);
