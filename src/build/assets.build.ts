import { createHash } from "node:crypto";
import {
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  writeFile,
} from "node:fs/promises";
import { createRequire } from "node:module";
import { extname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import { build } from "esbuild";
import { GRAPHIQL_FIXES } from "./graphiql-fixes.js";
import {
  ASSETS_FOLDER,
  COMPRESSED_SUFFIX,
  MANIFEST_FILE,
  type AssetManifest,
  type Bundle,
  type BundleFile,
  type BundleName,
  type Encoding,
} from "../pages/asset-manifest.js";

const PROJECT = new URL("../../", import.meta.url);
const SOURCES = new URL("src/pages/", PROJECT);
const BROWSER = new URL("browser/", SOURCES);
const EXAMPLES = new URL("examples/", SOURCES);
const { resolve } = createRequire(import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".ttf": "font/ttf",
};

/** Smaller files are not worth compressing. */
const MIN_COMPRESSED_BYTES = 1024;

/** Level 11 would save another 5 % and take ten times as long. */
const compress = (content: Uint8Array): Promise<Buffer> =>
  promisify(brotliCompress)(content, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 9 },
  });

type Files = ReadonlyMap<string, Uint8Array>;

/**
 * Bundles and compresses the browser files of the pages. Does nothing if the output is
 * up to date with the sources. Concurrent builds and readers do not interfere: each
 * build writes its own folder and renames it when it is complete.
 */
export async function buildAssets(): Promise<AssetManifest> {
  const stamp = await stampOfSources();
  const existing = await readFile(MANIFEST_FILE, "utf8").then(
    (text) => JSON.parse(text) as AssetManifest,
    () => null,
  );
  if (existing?.stamp === stamp) return existing;
  await mkdir(ASSETS_FOLDER, { recursive: true });
  const draft = pathToFileURL(
    `${await mkdtemp(fileURLToPath(new URL("draft-", ASSETS_FOLDER)))}/`,
  );
  const manifest: AssetManifest = {
    stamp,
    bundles: {
      playground: await store(draft, "playground", await playgroundFiles()),
      docs: await store(draft, "docs", await docsFiles()),
      coverage: await store(draft, "coverage", await coverageFiles()),
    },
  };
  const manifestDraft = new URL("manifest.json", draft);
  await writeFile(manifestDraft, JSON.stringify(manifest, null, 2));
  // Fails if a concurrent build of the same sources was first; its files are the same.
  await rename(draft, new URL(`${stamp}/`, ASSETS_FOLDER)).catch(() => {});
  await copyFile(
    new URL(`${stamp}/manifest.json`, ASSETS_FOLDER),
    MANIFEST_FILE,
  );
  await rm(draft, { recursive: true, force: true });
  await removeOldBuilds(stamp);
  return manifest;
}

async function removeOldBuilds(stamp: string): Promise<void> {
  for (const name of await readdir(ASSETS_FOLDER)) {
    if (name === stamp || !/^[0-9a-f]{16}$/.test(name)) continue;
    await rm(new URL(name, ASSETS_FOLDER), { recursive: true, force: true });
  }
}

async function stampOfSources(): Promise<string> {
  const hash = createHash("sha256");
  const folders = [BROWSER, EXAMPLES];
  const sources = await Promise.all(folders.map(filesIn));
  for (const file of [
    new URL("package-lock.json", PROJECT),
    new URL("../build/assets.build.ts", SOURCES),
    new URL("../build/graphiql-fixes.ts", SOURCES),
    new URL("asset-manifest.ts", SOURCES),
    ...sources.flat(),
  ]) {
    hash.update(await readFile(file));
  }
  return hash.digest("hex").slice(0, 16);
}

/** Files of a folder and of its folders, sorted by path, without installed packages. */
async function filesIn(folder: URL): Promise<URL[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = await Promise.all(
    entries
      .filter(({ name }) => name !== "node_modules")
      .map((entry) =>
        entry.isDirectory()
          ? filesIn(new URL(`${entry.name}/`, folder))
          : Promise.resolve([new URL(entry.name, folder)]),
      ),
  );
  return files
    .flat()
    .sort((one, other) => (one.pathname < other.pathname ? -1 : 1));
}

/** Bundles GraphiQL in chunks. The editor and its workers are loaded on demand. */
async function playgroundFiles(): Promise<Files> {
  const examples = await readExamples();
  const { outputFiles } = await build({
    // The folder whose packages these are.
    absWorkingDir: fileURLToPath(BROWSER),
    entryPoints: {
      playground: "playground.ts",
      "editor.worker": "monaco-editor/esm/vs/editor/editor.worker.js",
      "json.worker": "monaco-editor/esm/vs/language/json/json.worker.js",
      "graphql.worker": "monaco-graphql/esm/graphql.worker.js",
    },
    outdir: "playground",
    entryNames: "[name]",
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    loader: { ".ttf": "file" },
    define: {
      "process.env.NODE_ENV": '"production"',
      EXAMPLES: JSON.stringify(examples),
    },
    plugins: [GRAPHIQL_FIXES],
    legalComments: "none",
    logLevel: "warning",
  });
  const files = outputFiles.map(
    ({ path, contents }) => [path.replace(/^.*[\\/]/, ""), contents] as const,
  );
  // playground.css already contains the styles of the chunks.
  return new Map(
    files.filter(
      ([name]) => !name.endsWith(".css") || name === "playground.css",
    ),
  );
}

/** The example documents, in order, each with the variables from the JSON file of the same name. */
async function readExamples(): Promise<object[]> {
  const texts = new Map<string, string>();
  for (const file of await filesIn(EXAMPLES)) {
    texts.set(file.pathname, await readFile(file, "utf8"));
  }
  return [...texts]
    .filter(([path]) => path.endsWith(".graphql"))
    .map(([path, query]) => ({
      query,
      variables: texts.get(path.replace(/graphql$/, "json")),
    }));
}

async function docsFiles(): Promise<Files> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("docs.ts", BROWSER))],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    logLevel: "warning",
  });
  const swaggerFile = (name: string): Promise<Buffer> =>
    readFile(resolve(`swagger-ui-dist/${name}`));
  const sourceMap = /\n?(?:\/\/|\/\*)# sourceMappingURL=.*$/m;
  const withoutMap = async (name: string): Promise<Buffer> =>
    Buffer.from(
      (await swaggerFile(name)).toString("utf8").replace(sourceMap, ""),
    );
  return new Map<string, Uint8Array>([
    ["docs.js", outputFiles[0]?.contents ?? Buffer.alloc(0)],
    ["docs.css", await readFile(new URL("docs.css", BROWSER))],
    ["swagger-ui-bundle.js", await withoutMap("swagger-ui-bundle.js")],
    ["swagger-ui.css", await withoutMap("swagger-ui.css")],
  ]);
}

async function coverageFiles(): Promise<Files> {
  const folder = new URL("browser/coverage/", SOURCES);
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("coverage.ts", folder))],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    logLevel: "warning",
  });
  return new Map<string, Uint8Array>([
    ["coverage.js", outputFiles[0]?.contents ?? Buffer.alloc(0)],
    ["coverage.css", await readFile(new URL("coverage.css", folder))],
  ]);
}

async function store(
  draft: URL,
  name: BundleName,
  files: Files,
): Promise<Bundle> {
  const folder = new URL(`${name}/`, draft);
  await mkdir(folder, { recursive: true });
  const hash = createHash("sha256");
  const listed: Record<string, BundleFile> = {};
  for (const [file, content] of [...files].sort(([a], [b]) =>
    a < b ? -1 : 1,
  )) {
    hash.update(file).update(content);
    await writeFile(new URL(file, folder), content);
    const encodings: Encoding[] =
      content.length < MIN_COMPRESSED_BYTES ? [] : ["br", "gzip"];
    if (encodings.length > 0) {
      const copy = new URL(file + COMPRESSED_SUFFIX, folder);
      await writeFile(copy, await compress(content));
    }
    const type = TYPES[extname(file)];
    if (type === undefined) throw new Error(`${file} has no media type`);
    listed[file] = { type, encodings };
  }
  return { build: hash.digest("hex").slice(0, 12), files: listed };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildAssets();
