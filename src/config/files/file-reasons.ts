import { readFileSync } from "node:fs";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  ENOTDIR: "a part of its path is not a directory",
  EACCES: "this user has no permission",
  EPERM: "this user has no permission",
  EISDIR: "it is a directory",
};

/** Why a file cannot be read, with the system error; null if it can. */
export function unreadableReason(path: string): string | null {
  try {
    readFileSync(path);
    return null;
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    const reason = REASONS[code];
    return reason === undefined ? code : `${reason} (${code})`;
  }
}
