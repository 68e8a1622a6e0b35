import { stat } from "node:fs";
import { fileVersion, versionOf } from "../config/files/file-version.js";

/** Interval between checks of the file. */
const POLL_INTERVAL_MS = 1_000;

/**
 * Calls `onChange` when the file at a path has changed, and again at each poll
 * while the last call returned false.
 *
 * Polls, because file events are lost when a mounted file is replaced through a
 * symbolic link, as orchestrators do with secrets.
 *
 * @returns a function that stops polling
 */
export function watchPath(path: string, onChange: () => boolean): () => void {
  let seen = fileVersion(path);
  let isDone = true;
  let isClosed = false;
  const poll = (): void => {
    stat(path, (error, found) => {
      if (isClosed) return;
      const now = versionOf(error === null ? found : undefined);
      const isChanged = now !== seen;
      seen = now;
      if (isChanged || !isDone) isDone = onChange();
    });
  };
  const timer = setInterval(poll, POLL_INTERVAL_MS).unref();
  return () => {
    isClosed = true;
    clearInterval(timer);
  };
}
