import type { VerificationChannel } from "../../message-contacts/shapes/enums.js";
import { PlanChangeKind } from "../shapes/enums.js";
import type { FieldChange } from "./field-changes.js";
import type { PlanProblem } from "./plan-problem.js";

/** One change, which is one vendor call. */
export interface PlannedChange {
  readonly kind: PlanChangeKind;
  /** Position of the contact in the input; null for a deletion. */
  readonly index: number | null;
  /** Null for a contact that the plan adds. */
  readonly contactId: string | null;
  /** Name before the change; for a new contact its name. */
  readonly name: string;
  /** Version from which the change was planned; null for a contact that the plan adds. */
  readonly etag: string | null;
  /** Fields of an `ADD` or `UPDATE`. */
  readonly fields: readonly FieldChange[];
  /** Targets of a `BIND` or `UNBIND`; at most five. */
  readonly targetIds: readonly string[];
  /** Channels that the change leaves unverified. */
  readonly verifications: readonly VerificationChannel[];
}

/** A contact that already has the address or number of the input as a pending verification. */
export interface WaitingContact {
  readonly contactId: string;
  readonly name: string;
  readonly channels: readonly VerificationChannel[];
}

/** Numbers of contacts and targets, and their limits. */
export interface PlanQuota {
  readonly contactsNow: number;
  readonly contactsAfter: number;
  /** Largest number while the plan is applied: additions come before deletions. */
  readonly contactsPeak: number;
  readonly contactsLimit: number;
  readonly targetsPerContactLimit: number;
}

/** Changes that make the directory match an input. */
export interface ContactsPlan {
  /** Identifies the changes and the state from which they were planned. */
  readonly digest: string;
  readonly isEmpty: boolean;
  /** In the order in which they are made; deletions come last. */
  readonly changes: readonly PlannedChange[];
  readonly waiting: readonly WaitingContact[];
  readonly quota: PlanQuota;
  /** A plan with a problem cannot be applied. */
  readonly problems: readonly PlanProblem[];
}
