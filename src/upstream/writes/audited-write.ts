import type { RequestContext } from "../../context/request-context.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import type { AuditTrail } from "../../logging/audit.js";
import type { Operation } from "../operations.js";
import type { CutOffWrite, RunningWrites } from "./running-writes.js";

/**
 * Runs a write and records its outcome in the audit trail exactly once, also when
 * the process is forced to exit while the write runs.
 */
export async function audited<A extends object>(
  trail: Pick<AuditTrail, "record">,
  running: RunningWrites,
  operation: Operation,
  params: object,
  context: RequestContext,
  write: () => Promise<A>,
): Promise<A> {
  const { requestId, caller, directory, usage } = context;
  const before = usage.upstreamCalls;
  let isRecorded = false;
  const record = (outcome: string, contactId: unknown): void => {
    if (isRecorded) return;
    isRecorded = true;
    running.remove(cutOff);
    trail.record({
      requestId,
      caller: caller.id,
      directory,
      operation,
      contactId: typeof contactId === "string" ? contactId : null,
      outcome,
      upstreamCalls: usage.upstreamCalls - before,
      upstreamRequestId: usage.upstreamRequestId,
    });
  };
  const { ContactId: given } = params as { ContactId?: unknown };
  const cutOff = (): CutOffWrite => {
    record(ErrorCode.OUTCOME_UNKNOWN, given);
    return {
      requestId,
      caller: caller.id,
      directory,
      operation,
      upstreamCalls: usage.upstreamCalls - before,
    };
  };
  running.add(cutOff);
  try {
    const answer = await write();
    const { Contact: created } = answer as {
      Contact?: { ContactId?: unknown };
    };
    record("OK", given ?? created?.ContactId);
    return answer;
  } catch (error) {
    const code =
      error instanceof GatewayError ? error.code : ErrorCode.INTERNAL;
    record(code, given);
    throw error;
  }
}
