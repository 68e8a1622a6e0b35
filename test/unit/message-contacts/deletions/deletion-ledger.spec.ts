import { describe, expect, it } from "@jest/globals";
import {
  LEDGER_TTL_MS,
  MemoryDeletionLedger,
  type SeenDeletion,
} from "../../../../src/message-contacts/deletions/deletion-ledger.js";
import { Deletions } from "../../../../src/message-contacts/deletions/deletions.js";
import { contextOf, FakeUpstream } from "../../../support/fake-upstream.js";

const SEEN: SeenDeletion = {
  observedAt: "2026-01-31T08:30:00.000Z",
  startedHere: true,
  state: "IN_PROGRESS",
};

describe("MemoryDeletionLedger", () => {
  it("never evicts an entry before it expires and rejects new entries when full", async () => {
    let nowMs = 0;
    const ledger = new MemoryDeletionLedger(
      { perCaller: 2, total: 3 },
      () => nowMs,
    );
    await ledger.put("main", "c-1", SEEN, "ann");
    await ledger.put("main", "c-2", SEEN, "ann");
    await expect(ledger.reserve("main", "c-3", "ann")).rejects.toMatchObject({
      code: "RATE_LIMITED",
    });
    await ledger.reserve("main", "c-1", "ann");
    await ledger.reserve("main", "c-3", "ben");
    // A full ledger ignores an observed deletion and evicts nothing.
    await ledger.put("main", "c-3", SEEN, "ann");
    expect(await ledger.find("main", "c-3")).toBeNull();
    expect(await ledger.find("main", "c-1")).toEqual(SEEN);
    nowMs += LEDGER_TTL_MS;
    await ledger.reserve("main", "c-3", "ann");
  });

  it("rejects a deletion before the vendor call when it is full", async () => {
    const ledger = new MemoryDeletionLedger({ perCaller: 1, total: 1 });
    const deletions = new Deletions(
      new FakeUpstream().asUpstream,
      ledger,
      Date.now,
    );
    const context = contextOf();
    await deletions.reserve("c-1", context);
    await deletions.recordStart("c-1", "Deleting", context);
    await expect(deletions.reserve("c-2", context)).rejects.toMatchObject({
      code: "RATE_LIMITED",
      details: { limit: 1 },
    });
  });
});
