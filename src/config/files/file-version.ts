import { statSync, type Stats } from "node:fs";

/** Text that differs between versions of a file; `none` if there is no file. */
export function versionOf(found: Stats | undefined): string {
  return found === undefined
    ? "none"
    : `${found.ino} ${found.mtimeMs} ${found.size}`;
}

/** Version of the file at a path; follows symbolic links. Never throws. */
export function fileVersion(path: string): string {
  try {
    return versionOf(statSync(path, { throwIfNoEntry: false }));
  } catch {
    // For example a part of the path is not a folder.
    return "none";
  }
}
