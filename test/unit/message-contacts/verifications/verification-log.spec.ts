import { describe, expect, it } from "@jest/globals";
import { randomUUID } from "node:crypto";
import {
  MemoryVerificationLog,
  type VerificationCaps,
  type VerificationOrder,
} from "../../../../src/message-contacts/verifications/verification-log.js";

const CAPS: VerificationCaps = { cooldownMs: 60_000, perMinute: 3, perDay: 5 };

const order = (
  changes: Partial<VerificationOrder> = {},
): VerificationOrder => ({
  token: randomUUID(),
  caller: "tester",
  directory: "main",
  pairKey: "pair",
  targetKey: "target",
  dayKey: "day",
  repeatKey: null,
  atMs: 0,
  ...changes,
});

describe("MemoryVerificationLog", () => {
  it("rejects a second message to the same target of a contact until the cool-down ends", async () => {
    const log = new MemoryVerificationLog();
    expect(await log.acquire(order(), CAPS)).toMatchObject({ isFree: true });
    expect(await log.acquire(order({ atMs: 59_000 }), CAPS)).toEqual({
      isFree: false,
      cap: "cooldown",
      freeInMs: 1_000,
    });
    expect((await log.acquire(order({ atMs: 60_000 }), CAPS)).isFree).toBe(
      true,
    );
  });

  it("rejects messages above the limit per minute to one target, over all contacts", async () => {
    const log = new MemoryVerificationLog();
    for (const atMs of [0, 10_000, 20_000]) {
      const slot = await log.acquire(
        order({ pairKey: `p${atMs}`, atMs }),
        CAPS,
      );
      expect(slot.isFree).toBe(true);
    }
    const next = order({ pairKey: "p4", atMs: 30_000 });
    expect(await log.acquire(next, CAPS)).toEqual({
      isFree: false,
      cap: "minute",
      freeInMs: 30_000,
    });
    expect((await log.acquire({ ...next, atMs: 60_000 }, CAPS)).isFree).toBe(
      true,
    );
  });

  it("rejects messages above the daily limit and counts those that were sent", async () => {
    const log = new MemoryVerificationLog();
    for (let sent = 1; sent <= 5; sent++) {
      const one = order({ pairKey: `p${sent}`, targetKey: `t${sent}` });
      expect(await log.acquire(one, CAPS)).toMatchObject({ sentToday: sent });
    }
    const next = order({ pairKey: "p6", targetKey: "t6" });
    expect(await log.acquire(next, CAPS)).toEqual({
      isFree: false,
      cap: "day",
      freeInMs: null,
    });
    expect(
      (await log.acquire({ ...next, dayKey: "next day" }, CAPS)).isFree,
    ).toBe(true);
  });

  it("does not count days when no daily limit is known", async () => {
    const log = new MemoryVerificationLog();
    expect(await log.acquire(order({ dayKey: null }), CAPS)).toMatchObject({
      isFree: true,
      sentToday: null,
    });
  });

  it("releases the slot of a message that was not sent", async () => {
    const log = new MemoryVerificationLog();
    const acquired = order();
    await log.acquire(acquired, CAPS);
    await log.release(acquired);
    expect(await log.acquire(order({ atMs: 1 }), CAPS)).toMatchObject({
      isFree: true,
      sentToday: 1,
    });
  });

  it("transfers the slot to a later order of the same message without counting it", async () => {
    const log = new MemoryVerificationLog();
    const first = order({ repeatKey: "key" });
    await log.acquire(first, CAPS);
    const again = order({ repeatKey: "key", atMs: 5_000 });
    expect(await log.acquire(again, CAPS)).toEqual({
      isFree: true,
      sentToday: 1,
    });
    // The first order no longer owns the slot: it can neither confirm nor release it.
    expect(
      await log.confirm({ ...first, repeatKey: null, atMs: 5_500 }, CAPS),
    ).toMatchObject({ isFree: false, cap: "cooldown" });
    await log.release(first);
    expect((await log.acquire(order({ atMs: 6_000 }), CAPS)).isFree).toBe(
      false,
    );
    await log.release(again);
    expect((await log.acquire(order({ atMs: 6_000 }), CAPS)).isFree).toBe(true);
  });

  it("restarts the cool-down when the message is sent", async () => {
    const log = new MemoryVerificationLog();
    const acquired = order();
    await log.acquire(acquired, CAPS);
    expect(await log.confirm({ ...acquired, atMs: 50_000 }, CAPS)).toEqual({
      isFree: true,
      sentToday: 1,
    });
    expect(await log.acquire(order({ atMs: 61_000 }), CAPS)).toMatchObject({
      isFree: false,
      freeInMs: 49_000,
    });
  });

  it("does not confirm an order whose slot another order has acquired", async () => {
    const log = new MemoryVerificationLog();
    const stalled = order();
    await log.acquire(stalled, CAPS);
    const other = order({ atMs: 61_000 });
    await log.acquire(other, CAPS);
    expect(await log.confirm({ ...stalled, atMs: 62_000 }, CAPS)).toMatchObject(
      { isFree: false, cap: "cooldown" },
    );
  });

  it("rejects a message when full, instead of evicting an earlier one", async () => {
    const log = new MemoryVerificationLog({ perCaller: 2, total: 3 });
    const send = (
      pairKey: string,
      caller: string,
      atMs = 0,
    ): ReturnType<typeof log.acquire> =>
      log.acquire(order({ pairKey, targetKey: pairKey, caller, atMs }), CAPS);
    await send("p1", "ann");
    await send("p2", "ann");
    expect(await send("p3", "ann")).toMatchObject({
      cap: "memory",
      full: { isCallersOwn: true, freeInMs: 60_000 },
    });
    expect((await send("p4", "ben")).isFree).toBe(true);
    expect(await send("p5", "eve")).toMatchObject({
      cap: "memory",
      full: { isCallersOwn: false },
    });
    expect(await send("p1", "ben", 1_000)).toMatchObject({ cap: "cooldown" });
    expect((await send("p3", "ann", 60_000)).isFree).toBe(true);
    expect(log.table.rejected).toBe(2);
  });
});
