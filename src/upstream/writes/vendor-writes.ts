import type { Usage } from "../../context/request-context.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError, type UpstreamInfo } from "../../errors/gateway-error.js";
import type { Attempts, Outcome } from "../attempts/attempt.js";
import {
  NotExecuted,
  POLICY,
  type BreakerAndBulkhead,
} from "../attempts/call-policy.js";
import type { Operation, WriteOperation } from "../operations.js";
import {
  isConflict,
  notSentError,
  notStartedError,
  withUpstream,
} from "../attempts/outcome-errors.js";
import { WriteRetryCooldown } from "../attempts/retry-waits.js";
import { SETTLEMENTS, type ReadBack, type Settlement } from "./settlement.js";
import type { VendorAnswer, VendorParams } from "../vendor/vendor-types.js";
import { CONFLICT_PAUSE_SECONDS } from "./write-queue.js";
import { WriteRetries, type RetryDependencies } from "./write-retries.js";

/** Dependencies of writes. */
export interface WriteParts extends RetryDependencies {
  readonly attempts: Attempts;
  readonly admission: BreakerAndBulkhead<Outcome<unknown>>;
  /** Reads with retries, up to the deadline of the write. */
  readonly read: <O extends Operation>(
    operation: O,
    params: VendorParams[O],
    deadline: number,
    usage: Usage,
  ) => Promise<VendorAnswer<O>>;
}

/** `retryAfterSeconds` after a verification message with an unknown outcome. */
const VERIFICATION_PAUSE_SECONDS = 60;

/**
 * Executes one write. The result is: carried out, not carried out, or unknown. The
 * write never takes effect twice.
 *
 * After an ambiguous attempt only reading back decides. Even a rejection is not
 * evidence: it may be caused by our own first attempt.
 */
export class VendorWrites {
  private readonly cooldown: WriteRetryCooldown;

  constructor(private readonly parts: WriteParts) {
    this.cooldown = new WriteRetryCooldown(parts.timing.now);
  }

  /**
   * @param uncertainSinceMs start of an earlier try with an unknown outcome, or
   *   null; such a try is settled before anything is sent
   * @param mayAttempt runs immediately before each attempt; its rejection prevents
   *   the attempt
   * @throws {GatewayError} OUTCOME_UNKNOWN if reading back does not settle the write
   */
  async run<O extends WriteOperation>(
    operation: O,
    params: VendorParams[O],
    deadline: number,
    uncertainSinceMs: number | null,
    usage: Usage,
    mayAttempt: () => Promise<void>,
  ): Promise<VendorAnswer<O>> {
    const write = new OneWrite(
      this.parts,
      this.cooldown,
      operation,
      params,
      deadline,
      usage,
      mayAttempt,
    );
    return write.run(uncertainSinceMs);
  }
}

const NOT_SENT: Outcome<never> = { kind: "not-sent", isDenied: false };

class OneWrite<O extends WriteOperation> {
  private readonly retries: WriteRetries;
  private remaining: VendorParams[O];
  private firstSentAtMs: number | null = null;
  /** Vendor code and request id of the last ambiguous attempt, for support cases. */
  private upstream: UpstreamInfo | undefined;
  private rejection: GatewayError | null = null;
  /** Whether a deletion has read its contact after a conflict. */
  private isContactRead = false;

  constructor(
    private readonly parts: WriteParts,
    cooldown: WriteRetryCooldown,
    private readonly operation: O,
    private readonly params: VendorParams[O],
    private readonly deadline: number,
    private readonly usage: Usage,
    private readonly beforeAttempt: () => Promise<void>,
  ) {
    this.remaining = params;
    this.retries = new WriteRetries(parts, cooldown, operation, deadline);
  }

  async run(uncertainSinceMs: number | null): Promise<VendorAnswer<O>> {
    let isUncertain = uncertainSinceMs !== null;
    this.firstSentAtMs = uncertainSinceMs;
    for (;;) {
      if (isUncertain) {
        const settled = await this.settle();
        if (settled !== null) return settled;
      }
      const outcome = await this.send(isUncertain);
      if (outcome.kind === "answered")
        return this.withAllMembers(outcome.answer);
      if (outcome.kind === "ambiguous") {
        isUncertain = true;
        this.upstream = outcome.upstream;
        continue;
      }
      this.rejection =
        outcome.kind === "not-sent" ? notSentError(outcome) : outcome.error;
      if (isUncertain && outcome.kind !== "not-sent") continue;
      if (outcome.kind === "final") throw this.rejection;
      if (isConflict(outcome) && (await this.isBeingDeleted())) {
        throw this.rejection;
      }
      if (!(await this.retries.retryAfterRejection(outcome))) {
        throw isUncertain ? this.unknownOutcome() : this.rejection;
      }
    }
  }

  private async send(isUncertain: boolean): Promise<Outcome<VendorAnswer<O>>> {
    const { admission, attempts, budget, timing } = this.parts;
    try {
      await this.beforeAttempt();
    } catch (error) {
      throw isUncertain ? this.unknownOutcome() : error;
    }
    if (this.attemptMs() < POLICY.minAttemptMs) {
      throw isUncertain
        ? this.unknownOutcome()
        : (this.rejection ??
            new GatewayError(ErrorCode.CONCURRENT_CHANGE, {
              retryAfterSeconds: CONFLICT_PAUSE_SECONDS,
            }));
    }
    this.firstSentAtMs ??= timing.wallMs();
    // Compute the timeout when the attempt starts, not when it is queued: nothing
    // may be sent after the deadline.
    const make = attempts.bindContext(() => {
      budget.countCall();
      return attempts.attempt(
        this.operation,
        this.remaining,
        Math.max(0, this.attemptMs()),
        this.usage,
      );
    });
    const outcome = await admission.run(make);
    if (outcome instanceof NotExecuted) {
      if (this.retries.mayAwaitConnection(outcome.cause === "breaker"))
        return NOT_SENT;
      throw isUncertain ? this.unknownOutcome() : notStartedError(outcome);
    }
    if (outcome.kind === "answered") budget.countSuccess();
    this.retries.recordOutcome(outcome);
    return outcome as Outcome<VendorAnswer<O>>;
  }

  /** Timeout of an attempt that leaves time for reading back. */
  private attemptMs(): number {
    const { limits, timing } = this.parts;
    return Math.min(
      limits.writeAttemptMs,
      this.deadline - timing.now() - limits.readBackReserveMs,
    );
  }

  /** Returns the response if the write was carried out; null if it must be sent again. */
  private async settle(): Promise<VendorAnswer<O> | null> {
    const readBack = await this.verdict();
    this.parts.observer.settled(this.operation, readBack.kind);
    switch (readBack.kind) {
      case "done":
        return this.withAllMembers(readBack.answer);
      case "refused":
        throw readBack.error;
      case "unknowable":
        throw this.unknownOutcome();
      case "missing":
        this.remaining = readBack.rest;
    }
    // Rejected and not carried out: report the rejection.
    if (this.rejection !== null && !isTransient(this.rejection))
      throw this.rejection;
    if (!(await this.retries.retryAfterReadBack())) throw this.unknownOutcome();
    return null;
  }

  /**
   * Whether a deletion conflicts with a running deletion of the same contact. That
   * one can last for minutes, and retrying would only delay other writes.
   */
  private async isBeingDeleted(): Promise<boolean> {
    if (this.operation !== "deleteMessageContact" || this.isContactRead) {
      return false;
    }
    this.isContactRead = true;
    const { ContactId } = this.params as { ContactId: string };
    const { deadline, usage } = this;
    const answer = await this.parts
      .read("getMessageContact", { ContactId }, deadline, usage)
      .catch(() => null);
    return answer?.Contact.Status === "Deleting";
  }

  private async verdict(): Promise<Settlement<O>> {
    const { attempts, read, timing } = this.parts;
    const back: ReadBack = {
      read: (operation, params) =>
        read(operation, params, this.deadline, this.usage),
      pause: (ms) => timing.sleep(ms),
      firstSentAtMs: () =>
        (this.firstSentAtMs ?? timing.wallMs()) + attempts.vendorOffsetMs(),
    };
    try {
      return await SETTLEMENTS[this.operation](this.params, back);
    } catch (error) {
      const isGone =
        error instanceof GatewayError &&
        error.code === ErrorCode.CONTACT_NOT_FOUND;
      // A contact that does not exist cannot have been changed.
      return isGone ? { kind: "refused", error } : { kind: "unknowable" };
    }
  }

  /** Completes the response to a partial resend with the members done before. */
  private withAllMembers(answer: VendorAnswer<O>): VendorAnswer<O> {
    const { Members: wanted, ContactId } = this.params as {
      Members?: string[];
      ContactId?: string;
    };
    const { Members: changed } = answer as { Members?: { MemberId: string }[] };
    if (wanted === undefined || changed === undefined) return answer;
    const byTarget = new Map(
      changed.map((change) => [change.MemberId, change]),
    );
    const members = wanted.map(
      (MemberId) => byTarget.get(MemberId) ?? { ContactId, MemberId },
    );
    return { ...answer, Members: members } as VendorAnswer<O>;
  }

  private unknownOutcome(): GatewayError {
    const isMessage = this.operation.startsWith("send");
    const { Members: unsettled } = this.remaining as { Members?: string[] };
    return new GatewayError(ErrorCode.OUTCOME_UNKNOWN, {
      ...withUpstream(this.upstream),
      ...(isMessage ? { retryAfterSeconds: VERIFICATION_PAUSE_SECONDS } : {}),
      ...(unsettled === undefined ? {} : { unsettled }),
    });
  }
}

/** Whether a rejection has a temporary cause that is unrelated to the parameters. */
function isTransient({ code }: GatewayError): boolean {
  return (
    code === ErrorCode.CONCURRENT_CHANGE ||
    code === ErrorCode.UPSTREAM_THROTTLED ||
    code === ErrorCode.UPSTREAM_UNAVAILABLE ||
    code === ErrorCode.UPSTREAM_DENIED
  );
}
