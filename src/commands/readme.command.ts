import { readFile, writeFile } from "node:fs/promises";
import { withTables } from "./readme-tables.js";

/** Writes the README's tables anew; with `--check` it only says whether that would change anything. */
const isCheck = process.argv.includes("--check");
const before = await readFile("README.md", "utf8");
const after = withTables(before);
if (isCheck && after !== before) {
  process.stderr.write(
    "The tables of README.md are out of date: run npm run docs.\n",
  );
  process.exitCode = 1;
}
if (!isCheck) await writeFile("README.md", after);
