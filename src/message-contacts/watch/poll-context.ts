import { randomUUID } from "node:crypto";
import type { RequestContext } from "../../context/request-context.js";

/**
 * Each poll has its own request context, so that its deadline and its call count start
 * at zero. Its spans belong to the trace of the watcher.
 */
export function contextOfPoll({
  language,
  caller,
  directory,
  trace,
}: RequestContext): RequestContext {
  return {
    requestId: randomUUID(),
    language,
    startedAtMs: performance.now(),
    caller,
    directory,
    ...(trace === undefined ? {} : { trace }),
    usage: { upstreamCalls: 0, upstreamRequestId: null },
  };
}
