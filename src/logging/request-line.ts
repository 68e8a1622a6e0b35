import type { RequestContext } from "../context/request-context.js";
import { ERRORS } from "../errors/error-table.js";
import { reasonOfCode } from "../errors/refusal-reasons.js";
import type { LogFields, Logger } from "./logger.js";

/** The parts of a request context that its log line needs. */
export type LoggedContext = Pick<
  RequestContext,
  "requestId" | "usage" | "caller" | "startedAtMs" | "trace"
>;

/**
 * Writes the log line of a finished request. The level is that of its error code, or
 * `info`.
 *
 * A failed request has a `reason`. Lines of requests that were refused before a vendor
 * call are sampled; the vendor's rate bounds the number of all others.
 */
export function logRequest(
  logger: Pick<Logger, "log" | "logRefusal" | "writes">,
  { requestId, trace, usage, caller, startedAtMs }: LoggedContext,
  about: Pick<
    LogFields,
    | "protocol"
    | "method"
    | "route"
    | "status"
    | "address"
    | "refusedOrigin"
    | "settings"
  >,
): void {
  const { failureCode: code, failureReason, upstreamCalls } = usage;
  const level = code === undefined ? "info" : ERRORS[code].logLevel;
  if (!logger.writes(level)) return;
  const reason =
    code === undefined ? undefined : (failureReason ?? reasonOfCode(code));
  const hasCalled = upstreamCalls > 0;
  const fields = {
    requestId,
    traceId: trace?.traceId,
    ...about,
    code,
    reason,
    header: usage.failureHeader,
    operation: usage.operation,
    upstreamCalls: hasCalled ? upstreamCalls : undefined,
    upstreamRequestId: hasCalled ? usage.upstreamRequestId : undefined,
    upstreamFailure: code === undefined ? undefined : usage.upstreamFailure,
    caller: caller.id,
    durationMs: Math.round(performance.now() - startedAtMs),
  };
  if (reason === undefined || hasCalled) logger.log(level, "request", fields);
  else logger.logRefusal(level, "request", { ...fields, reason });
}
