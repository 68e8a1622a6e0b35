import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import type { WriteOperation } from "../operations.js";
import { scopeOf, type WriteScope } from "../reads/read-subject.js";

/** Errors that show that a contact was changed elsewhere. */
const CHANGED_ELSEWHERE: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.CONTACT_NOT_FOUND,
  ErrorCode.VERIFICATION_NOT_PENDING,
]);

/**
 * Announces the start and the end of one write, so that all replicas invalidate the reads
 * that it changes. A write that waits to be sent is not announced yet: reads remain valid.
 */
export class Announcement {
  private readonly scope: WriteScope | null;
  private readonly contactId: string | null;
  private isStarted = false;

  /**
   * @param parts `announce` invalidates reads; see `SharedReads.announceWrite`
   * @param wasSent whether an earlier request sent it, with an unknown outcome
   */
  constructor(
    private readonly parts: {
      readonly announce: (scope: WriteScope) => Promise<void>;
    },
    operation: WriteOperation,
    params: object,
    private readonly wasSent: boolean,
  ) {
    this.scope = scopeOf(operation, params);
    const { ContactId = null } = params as { ContactId?: string };
    this.contactId = ContactId;
  }

  /** To be called before each attempt; announces the first one. */
  async start(): Promise<void> {
    if (this.isStarted || this.scope === null) return;
    this.isStarted = true;
    await this.parts.announce(this.scope);
  }

  /** Resolves or rejects with the outcome of the write, after the end was announced. */
  async end<T>(write: Promise<T>): Promise<T> {
    try {
      const answer = await write;
      if (this.scope !== null) await this.parts.announce(this.scope);
      return answer;
    } catch (error) {
      const isElsewhere =
        error instanceof GatewayError && CHANGED_ELSEWHERE.has(error.code);
      if (isElsewhere) {
        await this.parts.announce({ contactId: this.contactId });
      } else if ((this.isStarted || this.wasSent) && this.scope !== null) {
        await this.parts.announce(this.scope);
      }
      throw error;
    }
  }
}
