import { describe, expect, it } from "@jest/globals";
import {
  ReadHistory,
  type RecordedChange,
} from "../../support/read-history.js";

const change = (
  value: string,
  startedAtMs: number,
  endedAtMs: number,
  isMadeHere = true,
): RecordedChange => ({ value, startedAtMs, endedAtMs, isMadeHere });

/** Whether a read from 100 to 110 ms may return a value. */
function mayReturn(
  value: string,
  changes: readonly RecordedChange[],
  ageMs = 0,
): boolean {
  const history = new ReadHistory("initial");
  for (const one of changes) history.record(one);
  history.check(value, { startedAtMs: 100, endedAtMs: 110, ageMs });
  return history.violations.length === 0;
}

describe("the history of a value", () => {
  it("accepts the value of the last change that ended before the read only", () => {
    const changes = [change("a", 10, 20), change("b", 30, 40)];
    expect(mayReturn("b", changes)).toBe(true);
    expect(mayReturn("a", changes)).toBe(false);
    expect(mayReturn("initial", changes)).toBe(false);
  });

  it("accepts both values while a change overlaps the read", () => {
    const changes = [change("a", 105, 200)];
    expect(mayReturn("a", changes)).toBe(true);
    expect(mayReturn("initial", changes)).toBe(true);
  });

  it("rejects a value that is set only after the read", () => {
    expect(mayReturn("a", [change("a", 111, 120)])).toBe(false);
  });

  it("accepts an earlier value within the reported age after a change made elsewhere", () => {
    const changes = [change("a", 70, 80, false)];
    expect(mayReturn("initial", changes, 19)).toBe(false);
    expect(mayReturn("initial", changes, 20)).toBe(true);
    expect(mayReturn("initial", [change("a", 70, 80)], 20)).toBe(false);
  });

  it("accepts either value of two changes that overlapped", () => {
    const changes = [change("a", 10, 50), change("b", 30, 40)];
    expect(mayReturn("a", changes)).toBe(true);
    expect(mayReturn("b", changes)).toBe(true);
    expect(mayReturn("initial", changes)).toBe(false);
  });

  it("accepts the old and the new value after a change with an unknown outcome", () => {
    const changes = [
      change("a", 10, 20),
      change("b", 30, Number.POSITIVE_INFINITY),
    ];
    expect(mayReturn("a", changes)).toBe(true);
    expect(mayReturn("b", changes)).toBe(true);
    expect(mayReturn("b", [...changes, change("c", 50, 60)])).toBe(true);
  });
});
