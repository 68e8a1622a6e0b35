import type { Command } from "ioredis";

/** A timer that is later than this shows that the event loop was blocked. */
const BLOCKED_MS = 50;

/**
 * Keeps a command from timing out because the event loop was blocked. The library's own
 * timer expires before replies are read that have arrived meanwhile, so that a healthy
 * Redis would count as unreachable. This one reads the sockets once more. If it is late,
 * it also waits for as long as it was late, at most for the timeout again: the command
 * itself may have waited for a connection.
 *
 * Call it before the client sends the command. The error is that of the library.
 */
export function ignoreBlockedTime(command: Command): void {
  // A cluster sends a command again after a redirection.
  if (Object.hasOwn(command, "setTimeout")) return;
  let timer: NodeJS.Timeout | undefined;
  const expire = (): void => {
    if (!command.isResolved) command.reject(new Error("Command timed out"));
  };
  const wait = (ms: number): void => {
    const dueMs = performance.now() + ms;
    timer = setTimeout(() => {
      const lateMs = performance.now() - dueMs;
      if (lateMs > BLOCKED_MS) wait(Math.min(lateMs, ms));
      // The event loop reads sockets between a timer and its immediates.
      else setImmediate(expire);
    }, ms);
  };
  command.setTimeout = (ms) => {
    if (timer !== undefined) return;
    wait(ms);
    const clear = (): void => clearTimeout(timer);
    command.promise.then(clear, clear);
  };
}
