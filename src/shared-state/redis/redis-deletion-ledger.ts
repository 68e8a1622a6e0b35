import { z } from "zod";
import {
  LEDGER_TTL_MS,
  MemoryDeletionLedger,
  type DeletionLedger,
  type SeenDeletion,
} from "../../message-contacts/deletions/deletion-ledger.js";
import type { BoundedTable } from "../../upstream/idempotency/bounded-entries.js";
import { parseJson, timestamp } from "../checked-values.js";
import type { SharedStore } from "../shared-store.js";
import { stateKey } from "../state-formats.js";

const SEEN_DELETION = z.object({
  observedAt: timestamp,
  startedHere: z.boolean(),
  state: z.enum(["IN_PROGRESS", "FAILED", "DELETED"]),
});

/**
 * Deletions seen by any replica. Each replica also keeps its own in memory, for when
 * Redis is unavailable or has lost its data. A stale entry does no damage: the
 * deletion is always looked up at the vendor again.
 */
export class RedisDeletionLedger implements DeletionLedger {
  private readonly own = new MemoryDeletionLedger();

  constructor(private readonly store: SharedStore) {}

  async find(
    directory: string,
    contactId: string,
  ): Promise<SeenDeletion | null> {
    const text = await this.store
      .get(keyOf(directory, contactId))
      .catch(() => null);
    return (
      (text === null ? null : parseJson(text, SEEN_DELETION)) ??
      this.own.find(directory, contactId)
    );
  }

  get table(): BoundedTable {
    return this.own.table;
  }

  /** Reserves an entry in memory, but only while Redis cannot store it. */
  async reserve(
    directory: string,
    contactId: string,
    caller: string,
  ): Promise<void> {
    if (!this.store.isUnavailable) return;
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
      .set(keyOf(directory, contactId), JSON.stringify(deletion), LEDGER_TTL_MS)
      .catch(() => undefined);
  }

  async forget(directory: string, contactId: string): Promise<void> {
    await this.own.forget(directory, contactId);
    await this.store.remove(keyOf(directory, contactId)).catch(() => undefined);
  }
}

/** Contact ids are not personal data, so the key contains them unhashed. */
function keyOf(directory: string, contactId: string): string {
  return `${stateKey("deletion")}:${directory}:${contactId}`;
}
