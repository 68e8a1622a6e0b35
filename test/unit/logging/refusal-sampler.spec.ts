import { describe, expect, it } from "@jest/globals";
import { RefusalSampler } from "../../../src/logging/refusal-sampler.js";

function setUp(perSecond: number) {
  const clock = { nowMs: 0 };
  const reports: [string, number][] = [];
  let due: (() => void) | null = null;
  const sampler = new RefusalSampler(
    perSecond,
    (reason, count) => reports.push([reason, count]),
    {
      now: () => clock.nowMs,
      after: (_ms, run) => {
        due = run;
        return () => {
          due = null;
        };
      },
    },
  );
  const admit = (reason: string, times: number): number =>
    Array.from({ length: times }, () => sampler.admits(reason)).filter(Boolean)
      .length;
  return { sampler, clock, reports, admit, fire: () => due?.() };
}

describe("RefusalSampler", () => {
  it("admits a number of lines per second for each reason", () => {
    const { clock, admit } = setUp(3);
    expect(admit("origin", 10)).toBe(3);
    expect(admit("unknown-key", 10)).toBe(3);
    clock.nowMs = 999;
    expect(admit("origin", 10)).toBe(0);
    clock.nowMs = 1_000;
    expect(admit("origin", 10)).toBe(3);
  });

  it("reports the number of suppressed lines of each reason once", () => {
    const { reports, admit, fire } = setUp(3);
    admit("origin", 10);
    admit("unknown-key", 4);
    fire();
    fire();
    expect(reports).toEqual([
      ["origin", 7],
      ["unknown-key", 1],
    ]);
  });

  it("reports nothing while every line is admitted", () => {
    const { sampler, reports, admit } = setUp(3);
    admit("origin", 3);
    sampler.report();
    expect(reports).toEqual([]);
  });
});
