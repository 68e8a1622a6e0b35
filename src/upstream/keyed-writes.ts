import type { RequestContext } from "../context/request-context.js";
import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import { isUsableAnswer } from "./answer-checks.js";
import { deadlineOf, POLICY, type CallLimits } from "./call-policy.js";
import type {
  IdempotencyKeys,
  KeyedWrite,
  StoredResult,
} from "./idempotency.js";
import { OPERATIONS, type WriteOperation } from "./operations.js";
import type { Timing } from "./timing.js";
import { toGatewayError } from "./vendor-errors.js";
import type { VendorWrites } from "./vendor-writes.js";
import type { VendorAnswer, VendorParams } from "./vendor-types.js";
import type { WriteQueue } from "./write-queue.js";

/** Errors that say for good what became of a write. */
const DEFINITE: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.INVALID_INPUT,
  ErrorCode.NAME_TAKEN,
  ErrorCode.CONTACT_NOT_FOUND,
  ErrorCode.BINDING_TARGET_NOT_FOUND,
  ErrorCode.VERIFICATION_NOT_PENDING,
  ErrorCode.STATUS_CONFLICT,
  ErrorCode.QUOTA_EXCEEDED,
]);

/** Puts a write under its caller's idempotency key, then into the queue. */
export class KeyedWrites {
  constructor(
    private readonly writes: VendorWrites,
    private readonly queue: WriteQueue,
    private readonly keys: IdempotencyKeys,
    private readonly timing: Timing,
    private readonly limits: CallLimits,
  ) {}

  async call<O extends WriteOperation>(
    operation: O,
    params: VendorParams[O],
    context: RequestContext,
  ): Promise<VendorAnswer<O>> {
    const { idempotency } = context;
    if (idempotency === undefined) {
      return this.queued(operation, params, context, null);
    }
    const write: KeyedWrite = {
      scope: [
        context.caller.id,
        context.directory,
        operation,
        idempotency.key,
        // A request may make several writes, always in the same order.
        String(idempotency.writes++),
      ],
      params,
    };
    const claim = await this.keys.claim(write);
    if (
      claim.kind === "replay" &&
      isReadable(operation, claim.result, params)
    ) {
      idempotency.isReplayed = true;
      return replayed(claim.result, params) as VendorAnswer<O>;
    }
    const isUncertain = claim.kind !== "run";
    const startedAtMs = isUncertain ? claim.startedAtMs : this.timing.wallMs();
    try {
      const answer = await this.queued(
        operation,
        params,
        context,
        isUncertain ? startedAtMs : null,
        // An uncertain write was noted as begun when it was claimed.
        isUncertain ? undefined : () => this.keys.begin(write, startedAtMs),
      );
      await this.keys.settle(write, startedAtMs, { answer });
      return answer;
    } catch (error) {
      await this.close(write, startedAtMs, isUncertain, error);
      throw error;
    }
  }

  private async close(
    write: KeyedWrite,
    startedAtMs: number,
    wasUncertain: boolean,
    error: unknown,
  ): Promise<void> {
    if (error instanceof GatewayError && DEFINITE.has(error.code)) {
      const { upstream } = error.details;
      const result: StoredResult = {
        code: error.code,
        ...(upstream === undefined ? {} : { upstream }),
      };
      await this.keys.settle(write, startedAtMs, result);
    } else if (
      wasUncertain ||
      !(error instanceof GatewayError) ||
      error.code === ErrorCode.OUTCOME_UNKNOWN
    ) {
      await this.keys.leaveOpen(write, startedAtMs);
    } else {
      await this.keys.release(write);
    }
  }

  private queued<O extends WriteOperation>(
    operation: O,
    params: VendorParams[O],
    context: RequestContext,
    uncertainSinceMs: number | null,
    beforeSending?: () => Promise<void>,
  ): Promise<VendorAnswer<O>> {
    const deadline = deadlineOf(
      OPERATIONS[operation],
      context.startedAtMs,
      this.limits,
    );
    // The turn must come early enough for an attempt and its read-back.
    const maxWaitMs =
      deadline -
      this.timing.now() -
      this.limits.readBackReserveMs -
      POLICY.leastAttemptMs;
    return this.queue.run(
      async () => {
        await beforeSending?.();
        return this.writes.run(
          operation,
          params,
          deadline,
          uncertainSinceMs,
          context.usage,
        );
      },
      Math.max(0, maxWaitMs),
    );
  }
}

/** What a shared store gives back may be anything; see `KeyStore`. */
function isReadable(
  operation: WriteOperation,
  result: StoredResult,
  params: object,
): boolean {
  return (
    !("answer" in result) ||
    isUsableAnswer(operation, { ...result.answer }, params)
  );
}

/** An error is made anew from what the vendor said and what is asked now. */
function replayed(result: StoredResult, params: object): object {
  if ("answer" in result) return result.answer;
  const { code, upstream } = result;
  if (upstream !== undefined) throw toGatewayError(upstream, params);
  const { Name: name } = params as { Name?: string };
  throw new GatewayError(
    code,
    code === ErrorCode.NAME_TAKEN && name !== undefined
      ? { field: ["name"], value: name }
      : {},
  );
}
