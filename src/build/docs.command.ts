import { readFile, writeFile } from "node:fs/promises";
import { FILES_WITH_TABLES, withTables } from "./docs-tables.js";

/** Regenerates the tables of the documentation. With `--check`, only reports files that are out of date. */
const isCheck = process.argv.includes("--check");
for (const file of FILES_WITH_TABLES) {
  const before = await readFile(file, "utf8");
  const after = withTables(file, before);
  if (after === before) continue;
  if (isCheck) {
    process.stderr.write(
      `The tables of ${file} are out of date: run npm run docs.\n`,
    );
    process.exitCode = 1;
  } else await writeFile(file, after);
}
