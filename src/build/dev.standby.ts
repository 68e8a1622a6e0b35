import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/**
 * Standby process of the development server. It preloads the packages and loads the
 * gateway when it receives a message, which reduces the start time to a third.
 */
const MAIN = new URL("../main.js", import.meta.url);

process.once("message", () => {
  // The cluster module starts workers with this program.
  process.argv[1] = fileURLToPath(MAIN);
  void import(MAIN.href);
});

const { dependencies } = JSON.parse(
  await readFile(new URL("../../package.json", import.meta.url), "utf8"),
) as { dependencies: Readonly<Record<string, string>> };
for (const name of Object.keys(dependencies)) {
  // The gateway reports packages that cannot be loaded when it uses them.
  await import(name).catch(() => undefined);
}
