import { describe, expect, it } from "@jest/globals";
import { LeasedWriteQueue } from "../../../src/shared-state/leased-write-queue.js";
import { WriteLease } from "../../../src/shared-state/write-lease.js";
import { MemoryWriteQueue } from "../../../src/upstream/writes/write-queue.js";
import { StubStore } from "../../support/stub-store.js";

const FREE = "write:{main}:free";

describe("the lease of a directory", () => {
  it("refuses as a concurrent change when it is not to be had in time", async () => {
    const lease = new WriteLease(new StubStore([0]), "main", () => 10);
    await expect(lease.take(10)).rejects.toMatchObject({
      code: "CONCURRENT_CHANGE",
    });
  });

  it("is taken again as soon as another replica gives it back", async () => {
    const store = new StubStore([0, 1, 1]);
    const lease = new WriteLease(store, "main", () => 0);
    const taken = lease.take(60_000);
    // Comes while the store is still asked: it must not be missed.
    store.send(FREE, "");
    await taken;
    expect(store.asked).toHaveLength(2);
    lease.giveBack();
  });

  it("is done without while the store is away", async () => {
    const lease = new WriteLease(new StubStore(), "main");
    await lease.take(0);
    lease.giveBack();
  });

  it("is acquired again before a write when it may have expired", async () => {
    let nowMs = 0;
    const store = new StubStore([1, 0, 1]);
    const lease = new WriteLease(store, "main", () => nowMs);
    await lease.take(10_000);
    await lease.confirm(10_000);
    expect(store.asked).toHaveLength(1);
    // The process was stopped for longer than the lease lasts.
    nowMs = 5_000;
    await lease.confirm(10_000);
    expect(store.asked).toHaveLength(3);
    lease.giveBack();
  });

  it("refuses a write when another replica holds it by then", async () => {
    let nowMs = 0;
    const lease = new WriteLease(new StubStore([1, 0]), "main", () => nowMs);
    await lease.take(10_000);
    nowMs = 20_000;
    await expect(lease.confirm(10_000)).rejects.toMatchObject({
      code: "CONCURRENT_CHANGE",
    });
    lease.giveBack();
  });

  it("is given back with the token that took it, and the others are told", async () => {
    const store = new StubStore([1, 1]);
    const lease = new WriteLease(store, "main");
    await lease.take(0);
    lease.giveBack();
    const [took, gave] = store.asked;
    expect(gave?.args[0]).toBe(took?.args[0]);
    expect(store.published).toEqual([FREE]);
  });
});

describe("the queue over all replicas", () => {
  const leaseOf = (
    events: string[],
  ): Pick<WriteLease, "take" | "confirm" | "giveBack"> => ({
    confirm: () => Promise.resolve(),
    take: () => {
      events.push("take");
      return Promise.resolve();
    },
    giveBack: () => events.push("give back"),
  });

  it("holds the lease for one write at a time, also when it fails", async () => {
    const events: string[] = [];
    const queue = new LeasedWriteQueue(new MemoryWriteQueue(), leaseOf(events));
    const failing = queue.run(
      () => Promise.reject(new Error("lost")),
      1_000,
      "ann",
    );
    const second = queue.run(
      () => {
        events.push("write");
        return Promise.resolve("done");
      },
      1_000,
      "ann",
    );
    await expect(failing).rejects.toThrow("lost");
    expect(await second).toBe("done");
    expect(events).toEqual(["take", "give back", "take", "write", "give back"]);
  });

  it("writes nothing when the lease is not to be had", async () => {
    const queue = new LeasedWriteQueue(new MemoryWriteQueue(), {
      take: () => Promise.reject(new Error("busy")),
      confirm: () => Promise.resolve(),
      giveBack: () => undefined,
    });
    let wasRun = false;
    const run = queue.run(
      () => {
        wasRun = true;
        return Promise.resolve();
      },
      0,
      "ann",
    );
    await expect(run).rejects.toThrow("busy");
    expect(wasRun).toBe(false);
  });
});
