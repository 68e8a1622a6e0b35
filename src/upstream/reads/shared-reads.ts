import type { RequestContext } from "../../context/request-context.js";
import { GatewayError } from "../../errors/gateway-error.js";
import { deadlineOf } from "../attempts/call-policy.js";
import { INTERNAL_CALL } from "../attempts/fair-slots.js";
import { countSaved, recordAge } from "../call-counts.js";
import { OPERATIONS, type Operation } from "../operations.js";
import type { VendorAnswer, VendorParams } from "../vendor/vendor-types.js";
import {
  CachedAnswers,
  type CacheDependencies,
  type ReadRequest,
} from "./cached-answers.js";
import { ContactBatches, WHOLE_LIST } from "./contact-batches.js";
import { keyOf, subjectOf, type WriteScope } from "./read-subject.js";
import {
  RunningReads,
  type RunningRead,
  type SendTime,
} from "./running-reads.js";
import type {
  ReadDependencies,
  ReadOptions,
  VendorReads,
} from "./vendor-reads.js";

/** Dependencies of shared reads. */
export interface SharedReadDependencies
  extends CacheDependencies, Pick<ReadDependencies, "limits"> {
  readonly reads: VendorReads;
  readonly directory: string;
  /** Resolves when the reads that arrive together have arrived. */
  readonly gather: () => Promise<void>;
}

/** Without a cache, reads that are this close are likely to overlap. */
const MIN_RECENT_MS = 50;

/**
 * Reads of one directory that need as few vendor calls as possible: from the cache, by
 * joining a read in flight, or from one list for several contacts.
 */
export class SharedReads {
  private readonly running: RunningReads;
  private readonly batches: ContactBatches;
  private readonly cached: CachedAnswers;

  constructor(private readonly parts: SharedReadDependencies) {
    const { bus, directory, timing } = parts;
    this.running = new RunningReads(timing.now);
    this.cached = new CachedAnswers(parts, (read) => this.refresh(read));
    this.batches = new ContactBatches(
      this.running,
      (waiting, sent) => this.readList(waiting, sent),
      timing.now,
      parts.gather,
      recentMs(parts.store.lifetimeMs("getMessageContact")),
      () =>
        parts.isUnderPressure("listMessageContacts") &&
        !parts.isUnderPressure("getMessageContact"),
    );
    bus.subscribe({
      onWrite: (write) => {
        if (write.directory === directory) this.invalidate(write);
      },
      onGap: () => {
        this.parts.store.recordGap();
        this.detach();
      },
    });
  }

  /**
   * Invalidates the reads that a write changes, on this replica at once. Resolves when
   * the other replicas were informed, as far as possible.
   */
  async announceWrite(scope: WriteScope): Promise<void> {
    const { bus, directory } = this.parts;
    this.invalidate(scope);
    if (bus.isShared) await bus.publish({ directory, ...scope });
  }

  /** @throws {GatewayError} always this class */
  async read<O extends Operation>(
    operation: O,
    params: VendorParams[O],
    context: RequestContext,
  ): Promise<VendorAnswer<O>> {
    const { bus, observer, store, timing } = this.parts;
    const key = keyOf(operation, params);
    // Another replica may have ended a write before this read arrived.
    const isCurrent =
      !bus.isShared ||
      (context.maxAgeMs !== 0 && store.has(key) && (await bus.isUpToDate()));
    const cached = isCurrent
      ? this.cached.find({ operation, params, key }, context)
      : null;
    if (cached instanceof GatewayError) throw cached;
    if (cached !== null) return cached as VendorAnswer<O>;
    const joined = this.running.join(key, context);
    if (joined !== null) {
      countSaved(operation, "inFlight", context.usage, observer);
      recordAge(context.usage, joined.sent.ageMs(timing.now()));
      const answer = joined.isTentative
        ? joined.answer.catch(
            () =>
              (
                this.running.join(key, context) ??
                this.start(operation, params, key, [context])
              ).answer,
          )
        : joined.answer;
      return answer as Promise<VendorAnswer<O>>;
    }
    const { answer } = this.start(operation, params, key, [context]);
    return answer as Promise<VendorAnswer<O>>;
  }

  /** Refreshes an entry without delaying the request that uses it. */
  private refresh({ operation, params, key }: ReadRequest): void {
    if (operation === "getMessageContact" && !this.batches.isPaused) {
      this.batches.refresh();
    } else if (!this.running.has(key)) {
      const { answer } = this.start(operation, params as never, key, []);
      answer.catch(() => undefined);
    }
  }

  /** Starts a read. Without a waiting request, it refreshes the cache. */
  private start<O extends Operation>(
    operation: O,
    params: VendorParams[O],
    key: string,
    waiting: RequestContext[],
  ): RunningRead {
    const [context] = waiting;
    const subject = subjectOf(operation, params);
    return this.running.start(key, { waiting, subject }, async (sent) => {
      const options = this.optionsFor(waiting, sent);
      const { ContactId } = params as { ContactId?: string };
      if (operation === "getMessageContact") {
        if (context !== undefined) {
          const found = await this.batches.find(ContactId ?? "", context, sent);
          if (found !== null) {
            const { usage } = context;
            if (found.isSaved) {
              countSaved(operation, "list", usage, this.parts.observer);
            }
            recordAge(usage, found.ageMs);
            return found.answer;
          }
        }
        this.batches.recordSingle();
      }
      try {
        const answer = await this.parts.reads.readWithRetries(
          operation,
          params,
          options,
        );
        this.parts.store.add(operation, params, answer, sent);
        return answer;
      } catch (error) {
        this.parts.store.addError(operation, params, error, sent);
        throw error;
      }
    });
  }

  private async readList(
    waiting: RequestContext[],
    sent: SendTime,
  ): Promise<VendorAnswer<"listMessageContacts">> {
    const answer = await this.parts.reads.readWithRetries(
      "listMessageContacts",
      WHOLE_LIST,
      { ...this.optionsFor(waiting, sent), maxAttempts: 1 },
    );
    this.parts.store.add("listMessageContacts", WHOLE_LIST, answer, sent);
    return answer;
  }

  private optionsFor(waiting: RequestContext[], sent: SendTime): ReadOptions {
    const { limits, store, timing } = this.parts;
    const [context] = waiting;
    return {
      deadline: deadlineOf(
        OPERATIONS.getMessageContact,
        context?.startedAtMs ?? timing.now(),
        limits,
      ),
      usage: context?.usage ?? { upstreamCalls: 0, upstreamRequestId: null },
      isWanted: () =>
        context === undefined ||
        waiting.some(({ isGone }) => isGone?.() !== true),
      turn:
        context === undefined
          ? INTERNAL_CALL
          : { caller: context.caller.id, request: context.requestId },
      onSend: () => {
        sent.record(timing.now(), store.generation);
      },
    };
  }

  private invalidate(scope: WriteScope): void {
    this.parts.store.recordWrite(scope);
    this.detach();
  }

  private detach(): void {
    this.running.detach(this.parts.store);
  }
}

/** Without a cache, a list saves no later read. */
function recentMs(lifetimeMs: number): number {
  return lifetimeMs === 0 ? 0 : Math.max(MIN_RECENT_MS, lifetimeMs);
}
