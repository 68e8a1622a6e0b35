import { mkdir, readFile, rm, writeFile } from "node:fs/promises";

/**
 * Writes the TypeScript of docs/clients.md to `snippets`, so that the tests compile and
 * execute it. The first line of each block is a comment with its file name.
 */
const docs = new URL("../../docs/clients.md", import.meta.url);
const folder = new URL("snippets/", import.meta.url);

await rm(folder, { recursive: true, force: true });
await mkdir(folder);
for (const [, code = ""] of (await readFile(docs, "utf8")).matchAll(
  /^```ts\n(.*?)^```$/gms,
)) {
  const name = /^\/\/ ([\w-]+\.ts)\n/.exec(code)?.[1];
  if (name === undefined) throw new Error(`a block has no file name:\n${code}`);
  await writeFile(new URL(name, folder), code);
}
