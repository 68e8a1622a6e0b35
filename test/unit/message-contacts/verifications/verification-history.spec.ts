import { describe, expect, it } from "@jest/globals";
import {
  HISTORY_TTL_MS,
  MAX_HISTORY,
  MemoryVerificationHistory,
} from "../../../../src/message-contacts/verifications/verification-history.js";
import { ManualClock } from "../../../support/emulator-fixture.js";

const TOM = { contactId: "c-1", target: "Tom@example.com" };
const BEN = { contactId: "c-2", target: "86-13900001234" };

function atNoon() {
  const clock = new ManualClock();
  const start = clock.now();
  return {
    clock,
    start,
    history: new MemoryVerificationHistory(() => clock.now()),
  };
}

describe("MemoryVerificationHistory", () => {
  it("remembers when a target was first seen and when a message was last sent", async () => {
    const { clock, start, history } = atNoon();
    history.recordChange("default", TOM);
    clock.advance(1_000);
    history.recordSent("default", TOM);
    clock.advance(1_000);
    expect(
      await history.observeAll("default", [TOM, BEN], clock.now()),
    ).toMatchObject([
      { firstSeenAtMs: start, lastSentAtMs: start + 1_000 },
      { firstSeenAtMs: start + 2_000, lastSentAtMs: null },
    ]);
  });

  it("treats an address in another case as the same, and another directory as another one", async () => {
    const { clock, start, history } = atNoon();
    history.recordChange("default", TOM);
    clock.advance(1_000);
    const other = { ...TOM, target: "tom@EXAMPLE.com" };
    const [same] = await history.observeAll("default", [other], clock.now());
    const [elsewhere] = await history.observeAll("second", [TOM], clock.now());
    expect(same?.firstSeenAtMs).toBe(start);
    expect(elsewhere?.firstSeenAtMs).toBe(start + 1_000);
  });

  it("forgets what is no longer pending, except what was recorded during the reading", async () => {
    const { clock, start, history } = atNoon();
    history.recordChange("default", TOM);
    clock.advance(1_000);
    const readAtMs = clock.now();
    history.recordChange("default", BEN);
    clock.advance(1_000);
    await history.observeAll("default", [], readAtMs);
    const times = await history.observeAll("default", [TOM, BEN], clock.now());
    expect(times.map(({ firstSeenAtMs }) => firstSeenAtMs - start)).toEqual([
      2_000, 1_000,
    ]);
  });

  it("forgets a target that is cancelled, or that nothing touched for a long time", async () => {
    const { clock, history } = atNoon();
    history.recordChange("default", TOM);
    history.recordChange("default", BEN);
    clock.advance(1_000);
    history.forget("default", TOM);
    clock.advance(HISTORY_TTL_MS);
    const times = await history.observeAll("default", [TOM, BEN], clock.now());
    expect(times.map(({ firstSeenAtMs }) => firstSeenAtMs)).toEqual([
      clock.now(),
      clock.now(),
    ]);
  });

  it("keeps a bounded number of entries", async () => {
    const { clock, history } = atNoon();
    const pending = Array.from({ length: MAX_HISTORY + 1 }, (_, at) => ({
      contactId: `c-${at}`,
      target: "a@b.example",
    }));
    for (const one of pending) history.recordChange("default", one);
    clock.advance(1_000);
    const [second, first] = await history.observeAll(
      "default",
      [...pending.slice(1, 2), ...pending.slice(0, 1)],
      0,
    );
    expect(second?.firstSeenAtMs).toBe(clock.now() - 1_000);
    expect(first?.firstSeenAtMs).toBe(clock.now());
  });
});
