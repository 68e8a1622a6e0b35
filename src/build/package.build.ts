import { copyFile, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build, type Metafile } from "esbuild";
import {
  ASSETS_FOLDER,
  MANIFEST_FILE,
  type AssetManifest,
} from "../pages/asset-manifest.js";
import { GATEWAY_BUNDLE, MINIFIED } from "./bundle-options.js";
import {
  bundledPackages,
  licenceTexts,
  pagePackages,
} from "./package-licenses.js";
import { packageTypes } from "./package-types.js";

const PROJECT = new URL("../../", import.meta.url);
const ROOT = fileURLToPath(PROJECT);
const COMPILED = new URL("../", import.meta.url);
const SOURCES = new URL("src/test-package/", PROJECT);
const PACKAGE = new URL("package/", COMPILED);
const OUTPUT = new URL("dist/", PACKAGE);

const compiled = (path: string): string =>
  fileURLToPath(new URL(`test-package/${path}`, COMPILED));

/**
 * Builds the package for test suites into `dist/package`, from the compiled code and the built
 * pages, packs it, and prints the path of the tarball. The package contains its dependencies, so
 * that installing it installs nothing else.
 */
async function buildPackage(): Promise<void> {
  await rm(PACKAGE, { recursive: true, force: true });
  await mkdir(OUTPUT, { recursive: true });
  const metafiles = [await bundleModules(), await bundleCommonJs()];
  const types = await packageTypes();
  await writeFile(new URL("index.d.ts", OUTPUT), types);
  await writeFile(new URL("index.d.cts", OUTPUT), types);
  await copyPages();
  await writeFile(new URL("package.json", PACKAGE), await manifest());
  await writeFile(
    new URL("THIRD_PARTY_LICENSES.txt", PACKAGE),
    await licenceTexts(
      new Set([
        ...metafiles.flatMap((metafile) => [
          ...bundledPackages(ROOT, metafile),
        ]),
        ...(await pagePackages(ROOT)),
      ]),
    ),
  );
  await copyFile(new URL("LICENSE", PROJECT), new URL("LICENSE", PACKAGE));
  await copyFile(
    new URL("docs/test-package.md", PROJECT),
    new URL("README.md", PACKAGE),
  );
  const { stdout } = await promisify(execFile)(
    "npm",
    ["pack", "--silent", "./package", "--pack-destination", "."],
    { cwd: fileURLToPath(COMPILED) },
  );
  process.stdout.write(`dist/${stdout}`);
}

/** The API, the command and the gateway as ES modules, which share their chunks. */
async function bundleModules(): Promise<Metafile> {
  const { metafile } = await build({
    ...GATEWAY_BUNDLE,
    ...MINIFIED,
    absWorkingDir: ROOT,
    splitting: true,
    entryPoints: {
      index: compiled("index.js"),
      cli: compiled("cli.js"),
      "gateway/process": compiled("gateway.process.js"),
    },
    outdir: fileURLToPath(OUTPUT),
    // One folder deep, because the gateway finds its pages relative to a chunk.
    chunkNames: "chunks/[hash]",
  });
  return metafile;
}

/** The API for `require`, which plain Jest uses. */
async function bundleCommonJs(): Promise<Metafile> {
  const { metafile } = await build({
    ...MINIFIED,
    absWorkingDir: ROOT,
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    entryPoints: [compiled("index.js")],
    outfile: fileURLToPath(new URL("index.cjs", OUTPUT)),
    define: { "import.meta.url": "importMetaUrl" },
    banner: {
      js: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;',
    },
    logLevel: "warning",
  });
  return metafile;
}

/** Copies the files of the pages, without the compressed copies: loopback does not need them. */
async function copyPages(): Promise<void> {
  const { stamp, bundles } = JSON.parse(
    await readFile(MANIFEST_FILE, "utf8"),
  ) as AssetManifest;
  const target = new URL("pages/assets/", OUTPUT);
  await cp(new URL(`${stamp}/`, ASSETS_FOLDER), new URL(`${stamp}/`, target), {
    recursive: true,
    filter: (path) => !/\.(?:br|gz|json)$/.test(path),
  });
  const uncompressed = JSON.stringify(
    { stamp, bundles },
    (key, value: unknown) => (key === "encodings" ? [] : value),
  );
  await writeFile(new URL("manifest.json", target), uncompressed);
}

/** The package's manifest, with the fields that it copies from the project's. */
async function manifest(): Promise<string> {
  const read = async (url: URL): Promise<Record<string, unknown>> =>
    JSON.parse(await readFile(url, "utf8")) as Record<string, unknown>;
  const { name, ...rest } = await read(new URL("package.json", SOURCES));
  const { version, license, engines } = await read(
    new URL("package.json", PROJECT),
  );
  const content = { name, version, license, engines, ...rest };
  return `${JSON.stringify(content, null, 2)}\n`;
}

await buildPackage();
