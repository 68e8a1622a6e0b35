import type { RequestContext } from "../../context/request-context.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import type { VendorAnswer, VendorContact } from "../vendor/vendor-types.js";
import { keyOf, type ReadSubject } from "./read-subject.js";
import type { RunningRead, RunningReads, SendTime } from "./running-reads.js";

/** The page that contains all contacts of a directory; the vendor's limit is about 20. */
export const WHOLE_LIST = { PageNumber: 1, PageSize: 100 } as const;

/** A contact found in a list. */
export interface FoundContact {
  readonly answer: VendorAnswer<"getMessageContact">;
  /** Whether the list was requested for another read. */
  readonly isSaved: boolean;
  /** Age of the list when the read joined it, in milliseconds. */
  readonly ageMs: number;
}

/** How a batch reads the list. Rejects if the list cannot be read soon. */
export type ReadList = (
  waiting: RequestContext[],
  sent: SendTime,
) => Promise<VendorAnswer<"listMessageContacts">>;

/** Pauses without batches, after a list that could not answer. Our choice. */
const PAUSE_MS = { failed: 1_000, incomplete: 10_000, denied: 60_000 } as const;

/** Key of that list in `RunningReads`. Requests for the list itself use it as well. */
const LIST_KEY = keyOf("listMessageContacts", WHOLE_LIST);

const LISTS: ReadSubject = { contactId: null, isProgress: false };

interface Gathering {
  readonly contexts: RequestContext[];
  readonly list: Promise<RunningRead | null>;
}

/**
 * Combines concurrent reads of single contacts into one list call, because a directory's
 * list has the same fields and the vendor limits the calls of each operation.
 *
 * A contact that the list does not contain must be read on its own: the list may be
 * incomplete.
 */
export class ContactBatches {
  private gathering: Gathering | null = null;
  /** Times of the last two reads of single contacts, the older one first. */
  private lastSingles = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  private pausedUntilMs = Number.NEGATIVE_INFINITY;

  /**
   * @param gather resolves when the reads that arrive together have arrived
   * @param recentMs a further read requests the list if two contacts were read on
   *   their own within this time
   * @param isListBusy whether single reads have to wait less than the list
   */
  constructor(
    private readonly running: RunningReads,
    private readonly readList: ReadList,
    private readonly now: () => number,
    private readonly gather: () => Promise<void>,
    private readonly recentMs: number,
    private readonly isListBusy: () => boolean,
  ) {}

  get isPaused(): boolean {
    return this.now() < this.pausedUntilMs;
  }

  /**
   * Returns the contact from a list, or null if it must be read on its own.
   *
   * @param sent follows the times of the list
   */
  async find(
    contactId: string,
    context: RequestContext,
    sent: SendTime,
  ): Promise<FoundContact | null> {
    if (this.isPaused || this.isListBusy()) return null;
    const joined = this.running.join(LIST_KEY, context);
    const ageMs = joined?.sent.ageMs(this.now()) ?? 0;
    const isFirst = joined === null && this.gathering === null;
    const list = joined ?? (await this.gathered(context));
    if (list === null) return null;
    sent.follow(list.sent);
    try {
      const answer = (await list.answer) as VendorAnswer<"listMessageContacts">;
      const contact = contactIn(answer, contactId);
      if (contact === null) {
        const isIncomplete = answer.TotalCount > (answer.Contacts ?? []).length;
        if (isIncomplete) this.pause(PAUSE_MS.incomplete);
        return null;
      }
      const { RequestId } = answer;
      return {
        answer: { RequestId, Contact: contact },
        isSaved: !isFirst,
        ageMs,
      };
    } catch (error) {
      this.pause(
        error instanceof GatewayError &&
          error.code === ErrorCode.UPSTREAM_DENIED
          ? PAUSE_MS.denied
          : PAUSE_MS.failed,
      );
      return null;
    }
  }

  /** Requests the list, to refresh the cache. */
  refresh(): void {
    if (this.running.has(LIST_KEY)) return;
    this.start([]).answer.catch(() => undefined);
  }

  /** Records that a contact is read on its own. */
  recordSingle(): void {
    this.lastSingles = [this.lastSingles[1] ?? 0, this.now()];
  }

  private pause(ms: number): void {
    this.pausedUntilMs = Math.max(this.pausedUntilMs, this.now() + ms);
  }

  /** Joins or starts a batch. Resolves with null if a list saves no call. */
  private gathered(context: RequestContext): Promise<RunningRead | null> {
    if (this.gathering === null) {
      const contexts: RequestContext[] = [];
      const gathering: Gathering = {
        contexts,
        list: this.gather().then(() => {
          this.gathering = null;
          const joined = this.running.joinAll(LIST_KEY, contexts);
          if (joined !== null) return joined;
          return contexts.length > 1 || this.isBusy
            ? this.start(contexts)
            : null;
        }),
      };
      this.gathering = gathering;
    }
    this.gathering.contexts.push(context);
    return this.gathering.list;
  }

  private get isBusy(): boolean {
    const [older = 0] = this.lastSingles;
    return this.now() - older < this.recentMs;
  }

  private start(contexts: RequestContext[]): RunningRead {
    return this.running.start(
      LIST_KEY,
      // Not retried: each contact can be read on its own.
      { waiting: contexts, subject: LISTS, isTentative: true },
      (sent) => this.readList(contexts, sent),
    );
  }
}

function contactIn(
  { Contacts: contacts = [] }: VendorAnswer<"listMessageContacts">,
  contactId: string,
): VendorContact | null {
  const found = contacts.find((one) => one.ContactId === contactId);
  return found === undefined ? null : withoutBinding(found);
}

/** The contact as `GetMessageContact` returns it, which has no `AssociatedDate`. */
export function withoutBinding(contact: VendorContact): VendorContact {
  const { AssociatedDate: _, ...own } = contact;
  return own;
}
