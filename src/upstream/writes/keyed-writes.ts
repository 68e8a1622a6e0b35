import type {
  RequestContext,
  RequestIdempotency,
} from "../../context/request-context.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import { OUTCOME_ADVICE } from "../../errors/outcome-advice.js";
import { isUsableAnswer } from "../vendor/answer-checks.js";
import { deadlineOf, POLICY } from "../attempts/call-policy.js";
import type {
  IdempotencyKeys,
  KeyHold,
} from "../idempotency/idempotency-keys.js";
import { DEFINITE, type StoredResult } from "../idempotency/key-store.js";
import { OPERATIONS, type WriteOperation } from "../operations.js";
import { toGatewayError } from "../vendor/vendor-errors.js";
import { Announcement } from "./announcement.js";
import { WriteExecution, type WriteDependencies } from "./write-execution.js";
import type { VendorAnswer, VendorParams } from "../vendor/vendor-types.js";
import type { WriteHooks } from "./write-hooks.js";
import type { WriteQueue } from "./write-queue.js";

/** Executes writes in the directory's queue, under an idempotency key if there is one. */
export class KeyedWrites {
  constructor(
    private readonly parts: WriteDependencies,
    private readonly queue: WriteQueue,
    private readonly keys: IdempotencyKeys,
  ) {}

  async executeIdempotent<O extends WriteOperation>(
    operation: O,
    params: VendorParams[O],
    context: RequestContext,
    hooks?: WriteHooks,
  ): Promise<VendorAnswer<O>> {
    const { idempotency } = context;
    if (idempotency === undefined) {
      const startedAtMs = this.parts.timing.wallMs();
      await hooks?.admit?.({ startedAtMs, id: null });
      return this.runInQueue(operation, params, context, null, hooks);
    }
    const claim = await this.keys.claim({
      caller: context.caller.id,
      scope: [context.directory, idempotency.key, indexOf(idempotency)],
      payload: [
        operation,
        params,
        idempotency.payload,
        ...(hooks?.ifMatch === undefined ? [] : [hooks.ifMatch]),
      ],
      isReadable: (result) => isReadable(operation, result, params),
    });
    if (claim.kind === "replay") {
      idempotency.isReplayed = true;
      hooks?.replay?.(claim.startedAtMs);
      return replayed(claim.result, params) as VendorAnswer<O>;
    }
    const { hold } = claim;
    try {
      if (!hold.wasSent) await hooks?.admit?.(hold);
      const answer = await this.runInQueue(
        operation,
        params,
        context,
        hold,
        hooks,
      );
      await hold.settle({ answer });
      return answer;
    } catch (error) {
      throw await endHold(hold, error, operation);
    }
  }

  private runInQueue<O extends WriteOperation>(
    operation: O,
    params: VendorParams[O],
    context: RequestContext,
    hold: KeyHold | null,
    hooks: WriteHooks | undefined,
  ): Promise<VendorAnswer<O>> {
    const { limits, timing } = this.parts;
    const deadline = deadlineOf(
      OPERATIONS[operation],
      context.startedAtMs,
      limits,
    );
    // Leave time for one attempt and its read-back.
    const latestStart =
      deadline - limits.readBackReserveMs - POLICY.minAttemptMs;
    return this.queue.run(
      async (turn) => {
        const announcement = new Announcement(
          this.parts,
          operation,
          params,
          hold?.wasSent === true,
        );
        const beforeAttempt = async (): Promise<void> => {
          await announcement.start();
          await turn.confirm(latestStart);
          // Confirm the key before `hooks.confirm` counts the attempt against the
          // caller's limit: a process that lost its key must not change that limit.
          await hold?.confirm();
          await hooks?.confirm?.();
        };
        const { usage } = context;
        const { ifMatch } = hooks ?? {};
        const write = {
          operation,
          params,
          deadline,
          usage,
          ifMatch,
          beforeAttempt,
        };
        return announcement.end(
          new WriteExecution(this.parts, write).run(
            hold?.wasSent === true ? hold.startedAtMs : null,
          ),
        );
      },
      Math.max(0, latestStart - timing.now()),
      context.caller.id,
    );
  }
}

/**
 * Index of the write within its request: root field, then write within the field.
 * A bulk change that stops early must not shift the indexes of later fields.
 */
function indexOf(idempotency: RequestIdempotency): string {
  return `${idempotency.field}.${idempotency.writes++}`;
}

/** Ends the hold according to the error and returns the error to throw. */
async function endHold(
  hold: KeyHold,
  error: unknown,
  operation: WriteOperation,
): Promise<unknown> {
  const isTyped = error instanceof GatewayError;
  if (isTyped && DEFINITE.has(error.code)) {
    const { upstream } = error.details;
    await hold.settle({
      code: error.code,
      ...(upstream === undefined ? {} : { upstream }),
    });
    return error;
  }
  const isUnknown =
    hold.wasSent || !isTyped || error.code === ErrorCode.OUTCOME_UNKNOWN;
  if (!isUnknown) {
    await hold.release();
    return error;
  }
  await hold.markUncertain();
  // A verification message cannot be read back, so the advice is only to wait.
  const isMessage = operation.startsWith("send");
  if (!isTyped || error.code === ErrorCode.IDEMPOTENCY_IN_PROGRESS || isMessage)
    return error;
  return new GatewayError(error.code, {
    retryAfterSeconds: 1,
    ...error.details,
    advice: OUTCOME_ADVICE.sameKey,
  });
}

/** Whether a stored result is valid: a shared store may return anything. */
function isReadable(
  operation: WriteOperation,
  result: StoredResult,
  params: object,
): boolean {
  return "answer" in result
    ? isUsableAnswer(operation, { ...result.answer }, params)
    : DEFINITE.has(errorOf(result, params).code);
}

function replayed(result: StoredResult, params: object): object {
  if ("answer" in result) return result.answer;
  throw errorOf(result, params);
}

/** Rebuilds a stored error from the vendor's code and the current parameters. */
function errorOf(
  { code, upstream }: Extract<StoredResult, { code: ErrorCode }>,
  params: object,
): GatewayError {
  if (upstream !== undefined) return toGatewayError(upstream, params);
  const { Name: name } = params as { Name?: string };
  return new GatewayError(
    code,
    code === ErrorCode.NAME_TAKEN && name !== undefined
      ? { field: ["name"], value: name }
      : {},
  );
}
