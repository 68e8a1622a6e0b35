import {
  LEDGER_TTL_MS,
  MemoryDeletionLedger,
  type DeletionLedger,
  type SeenDeletion,
} from "../message-contacts/deletions/deletion-ledger.js";
import type { BoundedTable } from "../upstream/idempotency/bounded-entries.js";
import { isInstant, isObject, parsed } from "./checked-values.js";
import type { SharedStore } from "./shared-store.js";

/**
 * Deletions that any replica has seen. Each also remembers its own, for the
 * time when the store is away or has forgotten: what is remembered is looked
 * up at the vendor again, so that an old memory cannot mislead.
 */
export class RedisDeletionLedger implements DeletionLedger {
  private readonly own = new MemoryDeletionLedger();

  constructor(private readonly store: SharedStore) {}

  async find(
    directory: string,
    contactId: string,
  ): Promise<SeenDeletion | null> {
    const text = await this.store
      .get(nameOf(directory, contactId))
      .catch(() => null);
    return (
      (text === null ? null : toSeenDeletion(parsed(text))) ??
      this.own.find(directory, contactId)
    );
  }

  get table(): BoundedTable {
    return this.own.table;
  }

  /** Redis takes what the replica's own memory cannot. */
  async reserve(
    directory: string,
    contactId: string,
    caller: string,
  ): Promise<void> {
    if (!this.store.isAway) return;
    await this.own.reserve(directory, contactId, caller);
  }

  async put(
    directory: string,
    contactId: string,
    deletion: SeenDeletion,
    caller: string,
  ): Promise<void> {
    await this.own.put(directory, contactId, deletion, caller);
    await this.store
      .set(
        nameOf(directory, contactId),
        JSON.stringify(deletion),
        LEDGER_TTL_MS,
      )
      .catch(() => undefined);
  }

  async forget(directory: string, contactId: string): Promise<void> {
    await this.own.forget(directory, contactId);
    await this.store
      .remove(nameOf(directory, contactId))
      .catch(() => undefined);
  }
}

/** Contact ids name no person. */
function nameOf(directory: string, contactId: string): string {
  return `deletion:${directory}:${contactId}`;
}

/** Null for anything that this program does not write. */
export function toSeenDeletion(value: unknown): SeenDeletion | null {
  if (!isObject(value)) return null;
  const { observedAt, startedHere, state } = value;
  const isKnownState =
    state === "IN_PROGRESS" || state === "FAILED" || state === "DELETED";
  return isInstant(observedAt) &&
    typeof startedHere === "boolean" &&
    isKnownState
    ? { observedAt, startedHere, state }
    : null;
}
