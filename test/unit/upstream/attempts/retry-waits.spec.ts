import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { ErrorCode } from "../../../../src/errors/error-codes.js";
import { SharedTiming } from "../../../support/fake-timing.js";
import type { Fate } from "../../../support/fake-vendor.js";
import {
  bench,
  outcomeOf,
  type Bench,
} from "../../../support/upstream-bench.js";

/** Part of the deadline that is reserved for reading back. */
const RESERVE_MS = 3_000;

const conflicts = (count: number): Fate[] =>
  Array<Fate>(count).fill("conflict");

type AnyBench = Pick<Bench, "client" | "context">;

const update = ({ client, context }: AnyBench, Name = "tim") =>
  client.execute("updateMessageContact", { ContactId: "c-1", Name }, context());

const read = ({ client, context }: AnyBench, ContactId = "c-1") =>
  client.execute("getMessageContact", { ContactId }, context());

const sendMessage = ({ client, context }: AnyBench) =>
  client.execute(
    "sendEmailVerificationForMessageContact",
    { ContactId: "c-1", EmailAddress: "tom@example.com" },
    context(),
  );

/** A bench whose vendor refuses connections for `outageMs`. */
function benchWithOutage(outageMs: number): Bench<SharedTiming> {
  const made = bench([], new SharedTiming());
  made.vendor.isDown = () => made.timing.now() < outageMs;
  // The breaker reads `Date.now` directly.
  jest.spyOn(Date, "now").mockImplementation(made.timing.wallMs);
  return made;
}

afterEach(() => {
  jest.restoreAllMocks();
});

describe("a write that the vendor rejects because another one runs", () => {
  it("is sent again, with growing pauses of at most five seconds, until it succeeds", async () => {
    const made = bench(conflicts(8));
    expect(await outcomeOf(update(made))).toBe("done");
    expect(made.vendor.calls).toHaveLength(9);
    expect(made.timing.pauses).toEqual([
      113, 191, 325, 553, 940, 1_597, 2_715, 3_750,
    ]);
  });

  it("succeeds after eight conflicts, even with the longest pauses", async () => {
    const made = bench(conflicts(8));
    Object.assign(made.timing, { random: () => 0.999 });
    expect(await outcomeOf(update(made))).toBe("done");
    expect(made.timing.now()).toBeLessThan(20_000 - RESERVE_MS);
  });

  it("fails with CONCURRENT_CHANGE and retryAfterSeconds 5 before the time reserved for reading back", async () => {
    const made = bench(conflicts(99));
    await expect(update(made)).rejects.toMatchObject({
      code: ErrorCode.CONCURRENT_CHANGE,
      details: {
        retryAfterSeconds: 5,
        upstream: { code: "ConcurrentCallNotSupported" },
      },
    });
    expect(made.timing.now()).toBeGreaterThan(15_000);
    expect(made.timing.now()).toBeLessThan(20_000 - RESERVE_MS);
    expect(Math.max(...made.timing.pauses)).toBeLessThanOrEqual(5_000);
    expect(made.vendor.executed).toEqual([]);
  });

  it("lets the writes behind it be sent once each when it gives up", async () => {
    const made = bench(conflicts(99));
    await outcomeOf(update(made));
    const before = made.vendor.calls.length;
    const behind = ["tia", "tea", "ted"].map((name) => update(made, name));
    const outcomes = await Promise.all(behind.map(outcomeOf));
    expect(new Set(outcomes)).toEqual(new Set([ErrorCode.CONCURRENT_CHANGE]));
    expect(made.vendor.calls).toHaveLength(before + 3);
  });

  it("retries again after another write was carried out", async () => {
    const made = bench(conflicts(99));
    await outcomeOf(update(made));
    const fates: Fate[] = ["ok", ...conflicts(4)];
    made.vendor.replaceFates(fates);
    expect(await outcomeOf(update(made, "ted"))).toBe("done");
    expect(await outcomeOf(update(made, "tea"))).toBe("done");
  });

  it("leaves the retry budget to other calls", async () => {
    const made = bench([]);
    // In total more than the twenty retries allowed in ten seconds.
    for (let write = 0; write < 10; write += 1) {
      made.vendor.replaceFates(conflicts(3));
      expect(await outcomeOf(update(made))).toBe("done");
    }
    expect(made.timing.now()).toBeLessThan(10_000);
    made.vendor.replaceFates(["lost-before", "lost-before"]);
    expect(await outcomeOf(read(made))).toBe("done");
  });

  it("is not retried when it deletes a contact whose deletion is running", async () => {
    const made = bench(conflicts(1));
    const contact = made.vendor.contacts.get("c-1");
    if (contact !== undefined) contact.Status = "Deleting";
    const params = { ContactId: "c-1", RetainContactInMembers: false };
    const { client, context } = made;
    const call = client.execute("deleteMessageContact", params, context());
    expect(await outcomeOf(call)).toBe(ErrorCode.CONCURRENT_CHANGE);
    expect(made.vendor.calls).toEqual([
      "deleteMessageContact",
      "getMessageContact",
    ]);
    expect(made.timing.pauses).toEqual([]);
    expect(await outcomeOf(update(made))).toBe("done");
  });

  it("is read back and sent again when an earlier attempt was lost", async () => {
    const made = bench(["lost-before"]);
    made.vendor.fateOfNextWrites = conflicts(6);
    expect(await outcomeOf(update(made))).toBe("done");
    expect(made.vendor.executed).toEqual(["updateMessageContact"]);
  });
});

describe("a call while the vendor refuses connections for a second", () => {
  it.each([
    { name: "a read", call: (made: AnyBench) => read(made) },
    { name: "a write", call: (made: AnyBench) => update(made) },
    { name: "a verification message", call: sendMessage },
  ])("$name succeeds, with growing pauses", async ({ call }) => {
    const made = bench([]);
    made.vendor.isDown = () => made.timing.now() < 1_000;
    expect(await outcomeOf(call(made))).toBe("done");
    expect(made.timing.pauses).toEqual([75, 150, 300, 600]);
    expect(made.vendor.calls).toHaveLength(5);
    expect(made.vendor.executed.length).toBeLessThanOrEqual(1);
  });

  it("succeeds for each of two hundred concurrent reads", async () => {
    const made = benchWithOutage(1_000);
    // The first sixty open the breaker; all wait until it is half-open.
    const ids = Array.from({ length: 200 }, (_, n) => `c-${n}`);
    const outcomes = await made.timing.run(
      Promise.all(ids.map((id) => outcomeOf(read(made, id)))),
    );
    expect(outcomes).not.toContain(ErrorCode.UPSTREAM_UNAVAILABLE);
    const reached = made.vendor.fated.filter(({ fate }) => fate === "ok");
    expect(reached).toHaveLength(ids.length);
  });

  it("succeeds for each of twenty queued writes", async () => {
    const made = benchWithOutage(1_000);
    const names = Array.from({ length: 20 }, (_, n) => `t${"x".repeat(n)}`);
    const outcomes = await made.timing.run(
      Promise.all(names.map((name) => outcomeOf(update(made, name)))),
    );
    expect(new Set(outcomes)).toEqual(new Set(["done"]));
    expect(made.vendor.executed).toHaveLength(20);
  });
});

describe("a call while the vendor refuses connections permanently", () => {
  it.each([
    { name: "read", call: read, limitMs: 10_000 },
    { name: "write", call: update, limitMs: 20_000 - RESERVE_MS },
  ])(
    "fails with UPSTREAM_UNAVAILABLE shortly before its deadline ($name)",
    async ({ call, limitMs }) => {
      const made = bench([]);
      made.vendor.isDown = () => true;
      expect(await outcomeOf(call(made))).toBe(ErrorCode.UPSTREAM_UNAVAILABLE);
      expect(made.timing.now()).toBeLessThan(limitMs);
      expect(made.timing.now()).toBeGreaterThan(limitMs - 2_000);
      expect(made.vendor.calls.length).toBeLessThanOrEqual(20);
    },
  );

  it("adds at most 10 % retries to the calls of a thousand requests", async () => {
    const made = benchWithOutage(Infinity);
    const ids = Array.from({ length: 1_000 }, (_, n) => `c-${n}`);
    const outcomes = await made.timing.run(
      Promise.all(ids.map((id) => outcomeOf(read(made, id)))),
    );
    expect(new Set(outcomes)).toEqual(
      new Set([ErrorCode.UPSTREAM_UNAVAILABLE]),
    );
    expect(made.vendor.calls.length).toBeLessThanOrEqual(1_100);
  });

  it("fails at once when the breaker is open and the outage has lasted longer than a deadline", async () => {
    const made = benchWithOutage(Infinity);
    const { timing } = made;
    const tookMs = async (id: string): Promise<number> => {
      const startedAtMs = timing.now();
      await outcomeOf(read(made, id));
      return timing.now() - startedAtMs;
    };
    const burst = (name: string) =>
      timing.run(
        Promise.all(
          Array.from({ length: 60 }, (_, n) => tookMs(`c-${name}${n}`)),
        ),
      );
    expect(Math.min(...(await burst("a")))).toBeGreaterThan(9_000);
    await timing.run(timing.sleep(1_000));
    const late = await burst("b");
    // At most one of them is the probe of the half-open breaker.
    expect(late.filter((ms) => ms > 0).length).toBeLessThanOrEqual(1);
  });

  it("stops a read that no caller waits for", async () => {
    const made = bench([]);
    made.vendor.isDown = () => true;
    const context = { ...made.context(), isGone: () => true };
    const outcome = await outcomeOf(
      made.client.execute("getMessageContact", { ContactId: "c-1" }, context),
    );
    expect(outcome).toBe(ErrorCode.UPSTREAM_UNAVAILABLE);
    expect(made.vendor.calls).toHaveLength(1);
  });

  it("lets the writes behind it be sent once each when it gives up", async () => {
    const made = bench([]);
    made.vendor.isDown = () => true;
    await outcomeOf(update(made));
    const before = made.vendor.calls.length;
    const outcomes = await Promise.all(
      ["tia", "tea"].map((name) => outcomeOf(update(made, name))),
    );
    expect(new Set(outcomes)).toEqual(
      new Set([ErrorCode.UPSTREAM_UNAVAILABLE]),
    );
    expect(made.vendor.calls).toHaveLength(before + 2);
  });
});
