import { stat, statSync, type Stats } from "node:fs";

/** How often the file is looked at. */
const POLL_INTERVAL_MS = 1_000;

/**
 * Calls `onChange` when the file at a path has changed, and at each look while
 * the last call returned false.
 *
 * By looking, not by events: an event is lost when a mounted file is replaced
 * through a link, as orchestrators do with secrets.
 *
 * @returns a function that stops looking
 */
export function watchPath(path: string, onChange: () => boolean): () => void {
  let seen = versionOf(statSync(path, { throwIfNoEntry: false }));
  let isDone = true;
  let isClosed = false;
  const look = (): void => {
    stat(path, (error, found) => {
      if (isClosed) return;
      const now = versionOf(error === null ? found : undefined);
      const isChanged = now !== seen;
      seen = now;
      if (isChanged || !isDone) isDone = onChange();
    });
  };
  const timer = setInterval(look, POLL_INTERVAL_MS).unref();
  return () => {
    isClosed = true;
    clearInterval(timer);
  };
}

/** Differs between two versions of a file. */
function versionOf(found: Stats | undefined): string {
  return found === undefined
    ? "none"
    : `${found.ino} ${found.mtimeMs} ${found.size}`;
}
