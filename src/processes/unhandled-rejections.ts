import type { EventEmitter } from "node:events";
import type { Logger } from "../logging/logger.js";

/** Emitter of `unhandledRejection`: the process, or a fake in tests. */
type Source = Pick<EventEmitter, "on">;

/**
 * Logs unhandled rejections. By default Node.js exits instead, which would abort
 * every other request.
 *
 * An unhandled rejection is a bug of the gateway: it is logged at level `error`,
 * without its message. The process can continue, because the promise belongs to one
 * request and locks are released in `finally` blocks. An uncaught exception still
 * ends the process, because shared objects may be in an inconsistent state.
 *
 * Call it after the start, so that a failed start still ends the process.
 */
export function logUnhandledRejections(
  logger: Pick<Logger, "fault">,
  source: Source = process,
): void {
  source.on("unhandledRejection", (reason: unknown) => {
    logger.fault(reason, {});
  });
}
