import { readFile, writeFile } from "node:fs/promises";
import { FILES_WITH_TABLES, withTables } from "./docs-tables.js";
import { PROMETHEUS_RULE, prometheusRule } from "./prometheus-rule.js";

/** Regenerates the tables of the documentation and the PrometheusRule. With `--check`, only reports files that are out of date. */
const isCheck = process.argv.includes("--check");
for (const file of [...FILES_WITH_TABLES, PROMETHEUS_RULE]) {
  const before = await readFile(file, "utf8");
  const after =
    file === PROMETHEUS_RULE ? prometheusRule() : withTables(file, before);
  if (after === before) continue;
  if (isCheck) {
    process.stderr.write(
      `Generated text of ${file} is out of date: run npm run docs.\n`,
    );
    process.exitCode = 1;
  } else await writeFile(file, after);
}
