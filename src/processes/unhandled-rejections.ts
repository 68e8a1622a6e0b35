import type { EventEmitter } from "node:events";
import type { Logger } from "../logging/logger.js";

/** What emits `unhandledRejection`: the process, or a stand-in in tests. */
type Source = Pick<EventEmitter, "on">;

/**
 * Logs unhandled rejections in place of ending the process, which is the default
 * of Node.js and would cut off every other request.
 *
 * A rejection that is not handled is a fault of the gateway: it is written at
 * level `error`, without its message. The process can go on, because the promise
 * belongs to one request and locks are released in `finally` blocks. An uncaught
 * exception still ends the process: it may leave shared objects half changed.
 *
 * Called once the process answers, so that a failed start still ends it.
 */
export function logUnhandledRejections(
  logger: Pick<Logger, "fault">,
  source: Source = process,
): void {
  source.on("unhandledRejection", (reason: unknown) => {
    logger.fault(reason, {});
  });
}
