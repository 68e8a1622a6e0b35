import { describe, expect, it } from "@jest/globals";
import {
  MemoryVerificationLog,
  type VerificationCaps,
  type VerificationOrder,
} from "../../../src/message-contacts/verification-log.js";

const CAPS: VerificationCaps = { cooldownMs: 60_000, perMinute: 3, perDay: 5 };

const order = (
  changes: Partial<VerificationOrder> = {},
): VerificationOrder => ({
  pairKey: "pair",
  targetKey: "target",
  dayKey: "day",
  repeatKey: null,
  atMs: 0,
  ...changes,
});

describe("the log of verification messages", () => {
  it("refuses a second message to the same target of a contact until the pause is over", async () => {
    const log = new MemoryVerificationLog();
    expect(await log.take(order(), CAPS)).toMatchObject({ isFree: true });
    expect(await log.take(order({ atMs: 59_000 }), CAPS)).toEqual({
      isFree: false,
      cap: "cooldown",
      freeInMs: 1_000,
    });
    expect(await log.take(order({ atMs: 60_000 }), CAPS)).toMatchObject({
      isFree: true,
      sinceMs: 60_000,
    });
  });

  it("refuses more than the cap per minute to one target, over all contacts", async () => {
    const log = new MemoryVerificationLog();
    for (const atMs of [0, 10_000, 20_000]) {
      const place = await log.take(order({ pairKey: `p${atMs}`, atMs }), CAPS);
      expect(place.isFree).toBe(true);
    }
    const next = order({ pairKey: "p4", atMs: 30_000 });
    expect(await log.take(next, CAPS)).toEqual({
      isFree: false,
      cap: "minute",
      freeInMs: 30_000,
    });
    expect((await log.take({ ...next, atMs: 60_000 }, CAPS)).isFree).toBe(true);
  });

  it("refuses more than the cap per day, and counts what is sent", async () => {
    const log = new MemoryVerificationLog();
    for (let sent = 1; sent <= 5; sent++) {
      const one = order({ pairKey: `p${sent}`, targetKey: `t${sent}` });
      expect(await log.take(one, CAPS)).toMatchObject({ sentToday: sent });
    }
    const next = order({ pairKey: "p6", targetKey: "t6" });
    expect(await log.take(next, CAPS)).toEqual({
      isFree: false,
      cap: "day",
      freeInMs: null,
    });
    expect((await log.take({ ...next, dayKey: "next day" }, CAPS)).isFree).toBe(
      true,
    );
  });

  it("counts no day where no cap is known", async () => {
    const log = new MemoryVerificationLog();
    expect(await log.take(order({ dayKey: null }), CAPS)).toMatchObject({
      isFree: true,
      sentToday: null,
    });
  });

  it("forgets a message that did not go out", async () => {
    const log = new MemoryVerificationLog();
    const taken = order();
    await log.take(taken, CAPS);
    await log.giveBack(taken);
    expect(await log.take(order({ atMs: 1 }), CAPS)).toMatchObject({
      isFree: true,
      sentToday: 1,
    });
  });

  it("lets an order through again under its own key, without counting it", async () => {
    const log = new MemoryVerificationLog();
    await log.take(order({ repeatKey: "key" }), CAPS);
    const again = order({ repeatKey: "key", atMs: 5_000 });
    expect(await log.take(again, CAPS)).toEqual({
      isFree: true,
      sinceMs: 0,
      sentToday: 1,
    });
    // Giving a repeat back does not free what the first order took.
    await log.giveBack(again);
    expect((await log.take(order({ atMs: 6_000 }), CAPS)).isFree).toBe(false);
  });
});
