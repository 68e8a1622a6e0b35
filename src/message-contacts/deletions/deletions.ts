import { Inject, Injectable } from "@nestjs/common";
import type { RequestContext } from "../../context/request-context.js";
import { Upstream } from "../../upstream/upstream.js";
import type { VendorContact } from "../../upstream/vendor/vendor-types.js";
import { nullIfNotFound } from "../null-if-not-found.js";
import {
  DELETION_LEDGER,
  type DeletionLedger,
  type SeenDeletion,
} from "./deletion-ledger.js";
import { newReport, type DeletionReport } from "./deletion-report.js";
import { toDeletionReport } from "./deletion.mapper.js";
import { DeletionState } from "../shapes/enums.js";

/**
 * For this long after its start, a deletion may be missing from the vendor's responses
 * although the contact still exists. A guess: the vendor documents no delay.
 */
const GRACE_MS = 30_000;

/** Injection token of the wall clock, which tests replace. */
export const WALL_CLOCK = Symbol("WallClock");

/**
 * Derives the state of a deletion from the vendor's response and the ledger.
 *
 * The vendor reports no success: after a deletion it returns the same error as for a
 * contact that never existed. The state is `DELETED` only when this gateway started or
 * observed the deletion and the contact no longer exists.
 */
@Injectable()
export class Deletions {
  constructor(
    @Inject(Upstream) private readonly upstream: Upstream,
    @Inject(DELETION_LEDGER) private readonly ledger: DeletionLedger,
    @Inject(WALL_CLOCK) private readonly now: () => number,
  ) {}

  /**
   * Checks before the vendor call that the ledger has room for the deletion.
   *
   * @throws {GatewayError} RATE_LIMITED or GATEWAY_BUSY when the ledger is full
   */
  reserve(
    contactId: string,
    { directory, caller }: RequestContext,
  ): Promise<void> {
    return this.ledger.reserve(directory, contactId, caller.id);
  }

  /** Records a deletion that the vendor has just accepted or completed. */
  async recordStart(
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
      ...newReport(DeletionState[seen.state], contactId, seen),
      stateRaw: vendorStatus,
    };
  }

  /**
   * Reads the current state. Costs one upstream read, or two when the ledger has a
   * deletion that the vendor no longer reports. A recorded `DELETED` is verified by
   * reading the contact, which may exist again, for example after an emulator reset.
   */
  async status(
    contactId: string,
    context: RequestContext,
  ): Promise<DeletionReport> {
    const { directory } = context;
    let seen = await this.ledger.find(directory, contactId);
    if (seen?.state === "DELETED") {
      if ((await this.readContact(contactId, context)) === null) {
        return newReport(DeletionState.DELETED, contactId, seen);
      }
      await this.ledger.forget(directory, contactId);
      seen = null;
    }
    const reported = await nullIfNotFound(
      this.upstream.call(
        "getMessageContactDeletionStatus",
        { ContactId: contactId },
        context,
      ),
      (answer) => toDeletionReport(answer, contactId),
    );
    if (
      reported?.state === DeletionState.IN_PROGRESS ||
      reported?.state === DeletionState.FAILED
    ) {
      const observed: SeenDeletion = {
        observedAt: seen?.observedAt ?? new Date(this.now()).toISOString(),
        startedHere: seen?.startedHere ?? false,
        state: reported.state,
      };
      if (seen?.state !== observed.state) {
        await this.ledger.put(
          directory,
          contactId,
          observed,
          context.caller.id,
        );
      }
      return { ...reported, seen: observed };
    }
    return seen === null
      ? (reported ?? newReport(DeletionState.UNKNOWN, contactId))
      : this.resolveMissing(seen, contactId, context);
  }

  /** State of a recorded deletion that the vendor no longer reports. */
  private async resolveMissing(
    seen: SeenDeletion,
    contactId: string,
    context: RequestContext,
  ): Promise<DeletionReport> {
    const { directory } = context;
    const contact = await this.readContact(contactId, context);
    if (contact === null) {
      await this.ledger.put(
        directory,
        contactId,
        { ...seen, state: "DELETED" },
        context.caller.id,
      );
      return newReport(DeletionState.DELETED, contactId, seen);
    }
    const isWithinGrace =
      seen.state === "IN_PROGRESS" &&
      this.now() - Date.parse(seen.observedAt) < GRACE_MS;
    if (contact.Status === "Deleting" || isWithinGrace) {
      return newReport(DeletionState.IN_PROGRESS, contactId, seen);
    }
    await this.ledger.forget(directory, contactId);
    return newReport(DeletionState.UNKNOWN, contactId);
  }

  /**
   * Reads the contact; null when the directory has none with this id. Bypasses the cache,
   * because the result decides about an entry of the ledger.
   */
  private readContact(
    contactId: string,
    context: RequestContext,
  ): Promise<VendorContact | null> {
    return nullIfNotFound(
      this.upstream.call(
        "getMessageContact",
        { ContactId: contactId },
        { ...context, maxAgeMs: 0 },
      ),
      (answer) => answer.Contact,
    );
  }
}
