import type { Usage } from "../../context/request-context.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError, type UpstreamInfo } from "../../errors/gateway-error.js";
import { OUTCOME_ADVICE } from "../../errors/outcome-advice.js";
import type { Attempts } from "../attempts/attempt.js";
import {
  NotExecuted,
  POLICY,
  type BreakerAndBulkhead,
} from "../attempts/call-policy.js";
import type { WriteOperation } from "../operations.js";
import type { ContactVersions } from "../reads/contact-versions.js";
import type { WriteScope } from "../reads/read-subject.js";
import type { VendorReads } from "../reads/vendor-reads.js";
import {
  isConflict,
  NOT_SENT,
  notSentError,
  notStartedError,
  withUpstream,
  type Outcome,
} from "../attempts/outcome.js";
import type {
  RetryDependencies,
  WriteRetryCooldown,
} from "../attempts/retry-waits.js";
import { SETTLEMENTS, type ReadBack, type Settlement } from "./settlement.js";
import type { VendorAnswer, VendorParams } from "../vendor/vendor-types.js";
import { CONFLICT_PAUSE_SECONDS } from "./write-queue.js";
import { INTERNAL_CALL } from "../attempts/fair-slots.js";
import type { DirectoryPacer } from "../pacing/directory-pacer.js";
import { requireVersion } from "./version-condition.js";
import { WriteRetries } from "./write-retries.js";

/** Dependencies of writes. */
export interface WriteDependencies extends RetryDependencies {
  readonly attempts: Attempts;
  readonly breakerAndBulkhead: BreakerAndBulkhead<Outcome<unknown>>;
  readonly reads: Pick<VendorReads, "readWithRetries">;
  readonly cooldown: WriteRetryCooldown;
  readonly pacer: DirectoryPacer;
  readonly versions: ContactVersions;
  /** Invalidates the reads that a write changes; see `SharedReads.announceWrite`. */
  readonly announce: (scope: WriteScope) => Promise<void>;
}

/** One write to execute. */
export interface WriteRequest<O extends WriteOperation> {
  readonly operation: O;
  readonly params: VendorParams[O];
  /** On the monotonic clock. */
  readonly deadline: number;
  readonly usage: Usage;
  /** Condition on the version of the contact; see `WriteHooks`. */
  readonly ifMatch?: string | undefined;
  /** Runs immediately before each attempt; its rejection prevents the attempt. */
  readonly beforeAttempt: () => Promise<void>;
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
export class WriteExecution<O extends WriteOperation> {
  private readonly retries: WriteRetries;
  private remaining: VendorParams[O];
  private firstSentAtMs: number | null = null;
  /** Vendor code and request id of the last ambiguous attempt, for support cases. */
  private upstream: UpstreamInfo | undefined;
  private rejection: GatewayError | null = null;
  /** Whether a deletion has read its contact after a conflict. */
  private isContactRead = false;

  constructor(
    private readonly parts: WriteDependencies,
    private readonly request: WriteRequest<O>,
  ) {
    const { operation, params, deadline } = request;
    this.remaining = params;
    this.retries = new WriteRetries(parts, parts.cooldown, operation, deadline);
  }

  /**
   * @param uncertainSinceMs start of an earlier try with an unknown outcome, or
   *   null; such a try is settled before anything is sent
   * @throws {GatewayError} OUTCOME_UNKNOWN if reading back does not settle the write
   */
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
    const { attempts, breakerAndBulkhead, budget, pacer, timing } = this.parts;
    try {
      await pacer.acquire(this.request.operation, {
        turn: INTERNAL_CALL,
        untilMs: timing.now() + this.attemptMs() - POLICY.minAttemptMs,
        isReserved: true,
      });
      await this.request.beforeAttempt();
      // A partial resend is exempt: the first attempt has changed the contact.
      if (
        this.remaining === this.request.params &&
        (await requireVersion(this.parts, this.request))
      ) {
        await this.request.beforeAttempt();
      }
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
        this.request.operation,
        this.remaining,
        Math.max(0, this.attemptMs()),
        this.request.usage,
      );
    });
    const outcome = await breakerAndBulkhead.run(make);
    if (outcome instanceof NotExecuted) {
      if (this.retries.mayAwaitConnection(outcome.cause === "breaker"))
        return NOT_SENT;
      throw isUncertain ? this.unknownOutcome() : notStartedError(outcome);
    }
    if (outcome.kind === "answered") budget.countSuccess();
    pacer.record(this.request.operation, outcome);
    this.retries.recordOutcome(outcome);
    return outcome as Outcome<VendorAnswer<O>>;
  }

  /** Timeout of an attempt that leaves time for reading back. */
  private attemptMs(): number {
    const { limits, timing } = this.parts;
    return Math.min(
      limits.writeAttemptMs,
      this.request.deadline - timing.now() - limits.readBackReserveMs,
    );
  }

  /** Returns the response if the write was carried out; null if it must be sent again. */
  private async settle(): Promise<VendorAnswer<O> | null> {
    const settlement = await this.readBack();
    this.parts.observer.settled(this.request.operation, settlement.kind);
    switch (settlement.kind) {
      case "done":
        return this.withAllMembers(settlement.answer);
      case "refused":
        throw settlement.error;
      case "unknowable":
        throw this.unknownOutcome();
      case "missing":
        this.remaining = settlement.rest;
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
    if (
      this.request.operation !== "deleteMessageContact" ||
      this.isContactRead
    ) {
      return false;
    }
    this.isContactRead = true;
    const { ContactId } = this.request.params as { ContactId: string };
    const { deadline, usage } = this.request;
    const answer = await this.parts.reads
      .readWithRetries(
        "getMessageContact",
        { ContactId },
        {
          deadline,
          usage,
          isReserved: true,
        },
      )
      .catch(() => null);
    return answer?.Contact.Status === "Deleting";
  }

  private async readBack(): Promise<Settlement<O>> {
    const { attempts, reads, timing } = this.parts;
    const back: ReadBack = {
      read: (operation, params) =>
        reads.readWithRetries(operation, params, {
          deadline: this.request.deadline,
          usage: this.request.usage,
          isReserved: true,
        }),
      pause: (ms) => timing.sleep(ms),
      firstSentAtMs: () =>
        (this.firstSentAtMs ?? timing.wallMs()) + attempts.vendorOffsetMs(),
    };
    try {
      return await SETTLEMENTS[this.request.operation](
        this.request.params,
        back,
      );
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
    const { Members: wanted, ContactId } = this.request.params as {
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
    const isMessage = this.request.operation.startsWith("send");
    const { Members: unsettled } = this.remaining as { Members?: string[] };
    return new GatewayError(ErrorCode.OUTCOME_UNKNOWN, {
      ...withUpstream(this.upstream),
      ...(isMessage
        ? {
            retryAfterSeconds: VERIFICATION_PAUSE_SECONDS,
            advice: OUTCOME_ADVICE.wait,
          }
        : { advice: OUTCOME_ADVICE.readFirst }),
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
