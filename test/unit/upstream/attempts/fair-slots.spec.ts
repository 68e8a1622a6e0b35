import { describe, expect, it } from "@jest/globals";
import {
  FairSlots,
  QueueFull,
} from "../../../../src/upstream/attempts/fair-slots.js";
import { settled } from "../../../support/fake-upstream.js";

interface Bench {
  readonly slots: FairSlots;
  /** Names of the tasks in the order in which they started. */
  readonly started: string[];
  readonly refused: string[];
  readonly add: (caller: string, request: string, count: number) => void;
  /** Ends the longest-running task. */
  readonly endOne: () => Promise<void>;
}

function bench(atOnce: number, capacity: number): Bench {
  const slots = new FairSlots(atOnce, capacity);
  const started: string[] = [];
  const refused: string[] = [];
  const running: (() => void)[] = [];
  return {
    slots,
    started,
    refused,
    add: (caller, request, count) => {
      for (let at = 0; at < count; at++) {
        const task = (): Promise<void> => {
          started.push(`${caller}/${request}/${at}`);
          return new Promise((resolve) => running.push(resolve));
        };
        slots.run(task, { caller, request }).catch((error: unknown) => {
          if (!(error instanceof QueueFull)) throw error;
          refused.push(`${caller}/${request}/${at}`);
        });
      }
    },
    endOne: async () => {
      running.shift()?.();
      await settled();
    },
  };
}

describe("fair slots", () => {
  it("start the single task of another caller after at most one of a hundred queued tasks", async () => {
    const { slots, started, add, endOne } = bench(2, 1_000);
    add("busy", "r", 100);
    add("other", "r", 1);
    await settled();
    expect(started).toEqual(["busy/r/0", "busy/r/1"]);
    await endOne();
    await endOne();
    expect(started).toContain("other/r/0");
    expect(slots.running).toBe(2);
    expect(slots.waiting).toBe(97);
  });

  it("start tasks round-robin by caller, and within a caller by request", async () => {
    const { started, add, endOne } = bench(1, 1_000);
    add("a", "first", 3);
    add("a", "second", 2);
    add("b", "r", 3);
    for (let at = 0; at < 8; at++) await endOne();
    expect(started).toEqual([
      "a/first/0",
      "a/first/1",
      "b/r/0",
      "a/second/0",
      "b/r/1",
      "a/first/2",
      "b/r/2",
      "a/second/1",
    ]);
  });

  it("reject the newest task of the caller with the most tasks when the queue is full", async () => {
    const { slots, refused, started, add, endOne } = bench(1, 4);
    add("busy", "r", 5);
    add("other", "r", 1);
    await settled();
    expect(refused).toEqual(["busy/r/4"]);
    expect(slots.waiting).toBe(4);
    add("busy", "r", 1);
    await settled();
    expect(refused).toHaveLength(2);
    await endOne();
    await endOne();
    expect(started).toContain("other/r/0");
  });

  it("become free after every task, also after a failed one", async () => {
    const slots = new FairSlots(1, 1);
    const failure = new Error("it failed");
    const failing = slots.run(() => Promise.reject(failure));
    const next = slots.run(() => Promise.resolve("next"));
    await expect(failing).rejects.toBe(failure);
    await expect(next).resolves.toBe("next");
    expect([slots.running, slots.waiting]).toEqual([0, 0]);
  });
});
