import type { RequestContext } from "../context/request-context.js";
import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { AuditTrail } from "../logging/audit.js";
import type { Operation } from "./operations.js";

/** Runs a write and puts its outcome on the audit trail, whatever it is. */
export async function audited<A extends object>(
  trail: Pick<AuditTrail, "record">,
  operation: Operation,
  params: object,
  context: RequestContext,
  write: () => Promise<A>,
): Promise<A> {
  const { requestId, caller, directory, usage } = context;
  const before = usage.upstreamCalls;
  const record = (outcome: string, contactId: unknown): void =>
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
  const { ContactId: given } = params as { ContactId?: unknown };
  try {
    const answer = await write();
    const { Contact: made } = answer as { Contact?: { ContactId?: unknown } };
    record("OK", given ?? made?.ContactId);
    return answer;
  } catch (error) {
    const code =
      error instanceof GatewayError ? error.code : ErrorCode.INTERNAL;
    record(code, given);
    throw error;
  }
}
