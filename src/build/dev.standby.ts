import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/**
 * A process of the development server that has loaded the packages already, and loads
 * the gateway when it gets a message. A start then takes a third of the time.
 */
const MAIN = new URL("../main.js", import.meta.url);

process.once("message", () => {
  // Workers of several processes run the program that this names.
  process.argv[1] = fileURLToPath(MAIN);
  void import(MAIN.href);
});

const { dependencies } = JSON.parse(
  await readFile(new URL("../../package.json", import.meta.url), "utf8"),
) as { dependencies: Readonly<Record<string, string>> };
for (const name of Object.keys(dependencies)) {
  // A package that cannot be loaded is reported by the gateway, if it uses it.
  await import(name).catch(() => undefined);
}
