import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { BoundedEntries } from "../../../../src/upstream/idempotency/bounded-entries.js";

const BOUNDS = { perCaller: 3, total: 5 };
const TTL_MS = 1_000;

describe("a bounded table", () => {
  it("keeps every entry until it expires, within its bounds", () => {
    const steps = fc.array(
      fc.record({
        key: fc.integer({ min: 0, max: 9 }),
        caller: fc.constantFrom("ann", "ben", "eve"),
        pauseMs: fc.constantFrom(0, 100, 1_000),
        isRemoved: fc.boolean(),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(steps, (list) => {
        let nowMs = 0;
        const table = new BoundedEntries<number>("test", BOUNDS, () => nowMs);
        const kept = new Map<string, { value: number; endsAtMs: number }>();
        list.forEach(({ key: n, caller, pauseMs, isRemoved }, at) => {
          nowMs += pauseMs;
          const key = `${caller} ${n}`;
          if (isRemoved) {
            table.delete(key);
            kept.delete(key);
          } else if (table.set(key, caller, at, TTL_MS) === null) {
            kept.set(key, { value: at, endsAtMs: nowMs + TTL_MS });
          }
          const alive = [...kept].filter(([, one]) => one.endsAtMs > nowMs);
          for (const [name, { value }] of alive) {
            expect(table.get(name)).toBe(value);
          }
          expect(table.size).toBeLessThanOrEqual(BOUNDS.total);
          for (const caller of ["ann", "ben", "eve"]) {
            const own = alive.filter(([name]) => name.startsWith(caller));
            expect(own.length).toBeLessThanOrEqual(BOUNDS.perCaller);
          }
        });
      }),
    );
  });

  it("returns the time until the next entry expires when it is full", () => {
    let nowMs = 0;
    const table = new BoundedEntries<number>("test", BOUNDS, () => nowMs);
    for (const key of ["a", "b", "c"]) {
      table.set(key, "ann", 1, TTL_MS);
      nowMs += 100;
    }
    expect(table.set("d", "ann", 1, TTL_MS)).toEqual({
      isCallersOwn: true,
      freeInMs: 700,
      limit: 3,
    });
    nowMs += 700;
    expect(table.set("d", "ann", 1, TTL_MS)).toBeNull();
  });
});
