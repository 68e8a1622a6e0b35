import { existsSync } from "node:fs";
import { copyFile, cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  ASSETS_FOLDER,
  COMPRESSED_SUFFIX,
  MANIFEST_FILE,
  type AssetManifest,
} from "../pages/asset-manifest.js";
import { bundleGateway } from "./bundle.build.js";
import {
  bundledPackages,
  licenceTexts,
  pagePackages,
} from "./package-licenses.js";

const PROJECT = new URL("../../", import.meta.url);
const ROOT = fileURLToPath(PROJECT);
const IMAGE = new URL("../image/", import.meta.url);

/**
 * Collects the files of the container image in `dist/image`: the bundle, the pages and the
 * licences of everything that they contain. Needs the output of the build.
 */
async function buildImage(): Promise<void> {
  await rm(IMAGE, { recursive: true, force: true });
  const folder = fileURLToPath(new URL("dist/bundle", IMAGE));
  const metafile = await bundleGateway(folder);
  await copyPages();
  const { name, version, license, type } = JSON.parse(
    await readFile(new URL("package.json", PROJECT), "utf8"),
  ) as Readonly<Record<string, string>>;
  await writeFile(
    new URL("package.json", IMAGE),
    `${JSON.stringify({ name, version, license, type }, null, 2)}\n`,
  );
  await copyFile(new URL("LICENSE", PROJECT), new URL("LICENSE", IMAGE));
  await writeFile(
    new URL("THIRD_PARTY_LICENSES.txt", IMAGE),
    await licenceTexts(
      new Set([
        ...bundledPackages(ROOT, metafile),
        ...(await pagePackages(ROOT)),
      ]),
    ),
  );
}

/** Copies the files of the pages: of each file only the compressed copy, if there is one. */
async function copyPages(): Promise<void> {
  const { stamp } = JSON.parse(
    await readFile(MANIFEST_FILE, "utf8"),
  ) as AssetManifest;
  const source = fileURLToPath(new URL(stamp, ASSETS_FOLDER));
  const target = fileURLToPath(new URL("dist/pages/assets/", IMAGE));
  await cp(source, target + stamp, {
    recursive: true,
    filter: (path) =>
      // The manifest is a copy of the one below.
      path !== join(source, "manifest.json") &&
      !existsSync(path + COMPRESSED_SUFFIX),
  });
  await copyFile(MANIFEST_FILE, `${target}manifest.json`);
}

await buildImage();
