import { Inject, Injectable } from "@nestjs/common";
import type { RequestContext } from "../../context/request-context.js";
import { Upstream } from "../../upstream/upstream.js";
import type { VendorContact } from "../../upstream/vendor/vendor-types.js";
import { absentAsNull } from "../absent-as-null.js";
import {
  DELETION_LEDGER,
  type DeletionLedger,
  type SeenDeletion,
} from "./deletion-ledger.js";
import { reportIn, type DeletionReport } from "./deletion-report.js";
import { toDeletionReport } from "../message-contacts.mapper.js";
import { DeletionState } from "../shapes/enums.js";

/**
 * How long after its start a deletion may be missing from the vendor's answers
 * while the contact is still there. A guess: nothing is published about delays.
 */
const GRACE_MS = 30_000;

/** Wall clock, so that tests can set it. */
export const WALL_CLOCK = Symbol("WallClock");

/**
 * How deletions stand, made final with what this gateway has seen.
 *
 * The vendor has no word for success: a finished deletion and a contact that
 * never existed are the same answer. It is read as `DELETED` only for a deletion
 * that was seen here, started or running, and only once the contact is gone.
 */
@Injectable()
export class Deletions {
  constructor(
    @Inject(Upstream) private readonly upstream: Upstream,
    @Inject(DELETION_LEDGER) private readonly ledger: DeletionLedger,
    @Inject(WALL_CLOCK) private readonly now: () => number,
  ) {}

  /**
   * Verifies, before anything is sent, that a deletion can be remembered.
   *
   * @throws {GatewayError} RATE_LIMITED or GATEWAY_BUSY when it cannot
   */
  admit(
    contactId: string,
    { directory, caller }: RequestContext,
  ): Promise<void> {
    return this.ledger.reserve(directory, contactId, caller.id);
  }

  /** Notes a deletion that the vendor has just accepted or carried out. */
  async begun(
    contactId: string,
    vendorStatus: string,
    { directory, caller }: RequestContext,
  ): Promise<DeletionReport> {
    const seen: SeenDeletion = {
      observedAt: new Date(this.now()).toISOString(),
      startedHere: true,
      state: vendorStatus === "Deleted" ? "DELETED" : "IN_PROGRESS",
    };
    await this.ledger.put(directory, contactId, seen, caller.id);
    return {
      ...reportIn(DeletionState[seen.state], contactId, seen),
      stateRaw: vendorStatus,
    };
  }

  /**
   * Costs one upstream read; two when no deletion is on record at the vendor, but
   * one was seen here. A remembered `DELETED` is checked against the contact, which
   * may exist again, for example after a reset of the emulator.
   */
  async status(
    contactId: string,
    context: RequestContext,
  ): Promise<DeletionReport> {
    const { directory } = context;
    let seen = await this.ledger.find(directory, contactId);
    if (seen?.state === "DELETED") {
      if ((await this.contact(contactId, context)) === null) {
        return reportIn(DeletionState.DELETED, contactId, seen);
      }
      await this.ledger.forget(directory, contactId);
      seen = null;
    }
    const told = await absentAsNull(
      this.upstream.call(
        "getMessageContactDeletionStatus",
        { ContactId: contactId },
        context,
      ),
      (answer) => toDeletionReport(answer, contactId),
    );
    if (
      told?.state === DeletionState.IN_PROGRESS ||
      told?.state === DeletionState.FAILED
    ) {
      const present: SeenDeletion = {
        observedAt: seen?.observedAt ?? new Date(this.now()).toISOString(),
        startedHere: seen?.startedHere ?? false,
        state: told.state,
      };
      if (seen?.state !== present.state) {
        await this.ledger.put(directory, contactId, present, context.caller.id);
      }
      return { ...told, seen: present };
    }
    return seen === null
      ? (told ?? reportIn(DeletionState.UNKNOWN, contactId))
      : this.ended(seen, contactId, context);
  }

  /** The vendor has no deletion on record any more: is the contact gone? */
  private async ended(
    seen: SeenDeletion,
    contactId: string,
    context: RequestContext,
  ): Promise<DeletionReport> {
    const { directory } = context;
    const contact = await this.contact(contactId, context);
    if (contact === null) {
      await this.ledger.put(
        directory,
        contactId,
        { ...seen, state: "DELETED" },
        context.caller.id,
      );
      return reportIn(DeletionState.DELETED, contactId, seen);
    }
    const isYoung =
      seen.state === "IN_PROGRESS" &&
      this.now() - Date.parse(seen.observedAt) < GRACE_MS;
    if (contact.Status === "Deleting" || isYoung) {
      return reportIn(DeletionState.IN_PROGRESS, contactId, seen);
    }
    await this.ledger.forget(directory, contactId);
    return reportIn(DeletionState.UNKNOWN, contactId);
  }

  /** The contact as it reads now; null when the directory has none. */
  private contact(
    contactId: string,
    context: RequestContext,
  ): Promise<VendorContact | null> {
    return absentAsNull(
      this.upstream.call(
        "getMessageContact",
        { ContactId: contactId },
        context,
      ),
      (answer) => answer.Contact,
    );
  }
}
