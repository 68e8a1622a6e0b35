import { describe, expect, it } from "@jest/globals";
import { LeasedWriteQueue } from "../../../src/shared-state/leased-write-queue.js";
import { WriteLease } from "../../../src/shared-state/write-lease.js";
import { MemoryWriteQueue } from "../../../src/upstream/writes/write-queue.js";
import { StubStore } from "../../support/stub-store.js";

const FREE = "write:{main}:free";

describe("the write lease of a directory", () => {
  it("rejects with CONCURRENT_CHANGE when it cannot be acquired in time", async () => {
    const lease = new WriteLease(new StubStore([0]), "main", () => 10);
    await expect(lease.acquire(10)).rejects.toMatchObject({
      code: "CONCURRENT_CHANGE",
    });
  });

  it("is acquired as soon as another replica releases it", async () => {
    const store = new StubStore([0, 1, 1]);
    const lease = new WriteLease(store, "main", () => 0);
    const acquired = lease.acquire(60_000);
    // The message arrives while the script still runs: it must not be missed.
    store.send(FREE, "");
    await acquired;
    expect(store.asked).toHaveLength(2);
    lease.release();
  });

  it("is granted without Redis while Redis is unreachable", async () => {
    const lease = new WriteLease(new StubStore(), "main");
    await lease.acquire(0);
    lease.release();
  });

  it("is acquired again before a write when it may have expired", async () => {
    let nowMs = 0;
    const store = new StubStore([1, 0, 1]);
    const lease = new WriteLease(store, "main", () => nowMs);
    await lease.acquire(10_000);
    await lease.confirm(10_000);
    expect(store.asked).toHaveLength(1);
    // The process was stopped for longer than the lease lasts.
    nowMs = 5_000;
    await lease.confirm(10_000);
    expect(store.asked).toHaveLength(3);
    lease.release();
  });

  it("rejects the write when another replica has acquired it in the meantime", async () => {
    let nowMs = 0;
    const lease = new WriteLease(new StubStore([1, 0]), "main", () => nowMs);
    await lease.acquire(10_000);
    nowMs = 20_000;
    await expect(lease.confirm(10_000)).rejects.toMatchObject({
      code: "CONCURRENT_CHANGE",
    });
    lease.release();
  });

  it("is released with the token that acquired it, and the release is published", async () => {
    const store = new StubStore([1, 1]);
    const lease = new WriteLease(store, "main");
    await lease.acquire(0);
    lease.release();
    const [acquired, released] = store.asked;
    expect(released?.args[0]).toBe(acquired?.args[0]);
    expect(store.published).toEqual([FREE]);
  });
});

describe("the write queue of all replicas", () => {
  const leaseOf = (
    events: string[],
  ): Pick<WriteLease, "acquire" | "confirm" | "release"> => ({
    confirm: () => Promise.resolve(),
    acquire: () => {
      events.push("acquire");
      return Promise.resolve();
    },
    release: () => events.push("release"),
  });

  it("acquires and releases the lease for each write, even a failed one", async () => {
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
    expect(events).toEqual([
      "acquire",
      "release",
      "acquire",
      "write",
      "release",
    ]);
  });

  it("does not run the write when the lease cannot be acquired", async () => {
    const queue = new LeasedWriteQueue(new MemoryWriteQueue(), {
      acquire: () => Promise.reject(new Error("busy")),
      confirm: () => Promise.resolve(),
      release: () => undefined,
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
