import type { RequestContext } from "../../context/request-context.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import type { AuditTrail } from "../../logging/audit.js";
import type { Operation } from "../operations.js";

/** A write that was running when the process was forced to exit. */
export interface InterruptedWrite {
  readonly requestId: string;
  readonly caller: string;
  readonly directory: string;
  readonly operation: Operation;
  /** Calls to the vendor so far; 0 means that nothing was sent. */
  readonly upstreamCalls: number;
}

/** Records each write exactly once in the audit trail, also on a forced exit. */
export class WriteAudit {
  private readonly running = new Set<() => InterruptedWrite>();

  constructor(private readonly trail: Pick<AuditTrail, "record">) {}

  /** Runs a write and records its outcome, success or error. */
  async run<A extends object>(
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
      this.running.delete(interrupt);
      this.trail.record({
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
    const interrupt = (): InterruptedWrite => {
      record(ErrorCode.OUTCOME_UNKNOWN, given);
      return {
        requestId,
        caller: caller.id,
        directory,
        operation,
        upstreamCalls: usage.upstreamCalls - before,
      };
    };
    this.running.add(interrupt);
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

  /** Records each running write with an unknown outcome; called before a forced exit. */
  recordRunning(): readonly InterruptedWrite[] {
    return [...this.running].map((interrupt) => interrupt());
  }
}
