import { readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { decode, encode } from "@jridgewell/sourcemap-codec";
import { build, type Metafile } from "esbuild";
import { GATEWAY_BUNDLE, MINIFIED } from "./bundle-options.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A build of the tests is itself below `node_modules/.cache`. */
const PACKAGES = /\bnode_modules\/(?!\.cache\/)/;

interface SourceMap {
  readonly sources: readonly string[];
  readonly mappings: string;
}

/**
 * Bundles the compiled gateway, its commands and its packages into `main.js`. Loading one
 * file takes half the CPU time of loading two thousand. Modules that are imported on demand
 * are part of it and run on demand. The source map covers only our own code.
 *
 * @param folder output folder; its former content is removed
 * @returns what the bundle consists of, with paths relative to the project
 */
export async function bundleGateway(folder: string): Promise<Metafile> {
  await rm(folder, { recursive: true, force: true });
  const { metafile } = await build({
    ...GATEWAY_BUNDLE,
    ...MINIFIED,
    entryPoints: [fileURLToPath(new URL("../main.js", import.meta.url))],
    outdir: folder,
    absWorkingDir: ROOT,
    sourcemap: true,
    sourcesContent: false,
  });
  const file = `${folder}/main.js.map`;
  const map = JSON.parse(await readFile(file, "utf8")) as SourceMap;
  await writeFile(
    file,
    JSON.stringify({ version: 3, ...withoutPackages(map) }),
  );
  return metafile;
}

/**
 * Removes the code of packages from a source map, which is nine tenths of it. A stack trace
 * then shows the position in the bundle for it.
 */
function withoutPackages({ sources, mappings }: SourceMap): SourceMap {
  const kept = sources.filter((source) => !PACKAGES.test(source));
  const indexOf = new Map(kept.map((source, index) => [source, index]));
  const lines = decode(mappings).map((line) =>
    line.map((segment): [number] | [number, number, number, number] => {
      const [column, source = -1, sourceLine = 0, sourceColumn = 0] = segment;
      const index = indexOf.get(sources[source] ?? "");
      // A segment without a source ends the one before.
      return index === undefined
        ? [column]
        : [column, index, sourceLine, sourceColumn];
    }),
  );
  const isNeeded = (
    segment: readonly number[],
    before: readonly number[] | undefined,
  ): boolean => segment.length > 1 || (before?.length ?? 1) > 1;
  return {
    // As seen from `dist/bundle`, which is also where the image has it.
    sources: kept.map((source) => source.replace(/^(?:\.\.\/)+/, "../../")),
    mappings: encode(
      lines.map((line) =>
        line.filter((segment, index) => isNeeded(segment, line[index - 1])),
      ),
    ),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await bundleGateway(fileURLToPath(new URL("../bundle", import.meta.url)));
}
