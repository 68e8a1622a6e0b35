import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const SRC = fileURLToPath(new URL("../../src/", import.meta.url));

/** Paths of the TypeScript files in `src`, relative to it, without installed packages. */
export function sourceFiles(folder = ""): string[] {
  return readdirSync(SRC + folder, { withFileTypes: true }).flatMap((entry) => {
    const path = folder + entry.name;
    if (entry.isDirectory()) {
      return entry.name === "node_modules" ? [] : sourceFiles(`${path}/`);
    }
    return path.endsWith(".ts") ? [path] : [];
  });
}
