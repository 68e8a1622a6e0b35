import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Metafile } from "esbuild";

/** Packages that the pages contain, in addition to the dependencies of these packages. */
const PAGE_PACKAGES = [
  "@graphiql/toolkit",
  "graphiql",
  "react",
  "react-dom",
  "swagger-ui-dist",
];

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Folders of the packages that are part of a bundle, from the paths in its metafile. */
export function bundledPackages(
  root: string,
  { outputs }: Metafile,
): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const { inputs } of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? [];
      if (folder !== undefined && bytesInOutput > 0) {
        folders.add(join(root, folder));
      }
    }
  }
  return folders;
}

/** Folders of the packages that the pages consist of. */
export function pagePackages(root: string): Promise<ReadonlySet<string>> {
  return dependencyClosure(join(root, "src/pages/browser"), PAGE_PACKAGES);
}

/** Folders of installed packages and of everything that they depend on. */
async function dependencyClosure(
  root: string,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  const folders = new Set<string>();
  const visit = async (from: string, name: string): Promise<void> => {
    const folder = installedFolder(from, name);
    if (folder === null || folders.has(folder)) return;
    folders.add(folder);
    const { dependencies = {} } = await manifestOf(folder);
    for (const dependency of Object.keys(dependencies)) {
      await visit(folder, dependency);
    }
  };
  for (const name of names) await visit(root, name);
  return folders;
}

/** Names, versions and licence texts of packages. Licences require them in every copy. */
export async function licenceTexts(folders: Iterable<string>): Promise<string> {
  const texts = await Promise.all([...folders].map(licenceText));
  return [...new Set(texts)].sort().join(`\n${"-".repeat(78)}\n\n`);
}

async function licenceText(folder: string): Promise<string> {
  const { name, version, license } = await manifestOf(folder);
  const files = (await readdir(folder))
    .filter((file) => /^(?:licen[cs]e|notice|copying)/i.test(file))
    .sort();
  const texts = await Promise.all(
    files.map((file) => readFile(join(folder, file), "utf8")),
  );
  const kind = typeof license === "string" ? license : "see below";
  const parts = [`${name} ${version} (${kind})`, ...texts];
  return `${parts.map((part) => part.trim()).join("\n\n")}\n`;
}

/** Looks for a package as Node.js does: in this folder, then in the folders above it. */
function installedFolder(from: string, name: string): string | null {
  const folder = join(from, "node_modules", name);
  if (existsSync(join(folder, "package.json"))) return folder;
  const parent = dirname(from);
  return parent === from ? null : installedFolder(parent, name);
}

async function manifestOf(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, "package.json"), "utf8");
  return JSON.parse(text) as Manifest;
}
