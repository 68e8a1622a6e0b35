import { describe, expect, it } from "@jest/globals";
import { readConfig } from "../../../src/config/read-config.js";
import { graceMs } from "../../../src/config/time-limits.js";

describe("the time limits", () => {
  it("give a change that starts at the end of the drain its whole deadline", () => {
    expect(graceMs(readConfig({}))).toBe(28_000);
    expect(
      graceMs(readConfig({ DRAIN_SECONDS: "10", WRITE_DEADLINE_MS: "30500" })),
    ).toBe(46_000);
    expect(graceMs(readConfig({ SHUTDOWN_GRACE_SECONDS: "60" }))).toBe(60_000);
  });

  it.each([
    [
      "a grace period that interrupts changes",
      { SHUTDOWN_GRACE_SECONDS: "27" },
    ],
    [
      "a grace period without time after the drain",
      { SHUTDOWN_GRACE_SECONDS: "28", DRAIN_SECONDS: "4" },
    ],
    [
      "a grace period shorter than the deadline of a change",
      { SHUTDOWN_GRACE_SECONDS: "28", WRITE_DEADLINE_MS: "20001" },
    ],
  ])("reject %s", (_name, environment) => {
    expect(() => readConfig(environment)).toThrow(
      /SHUTDOWN_GRACE_SECONDS must be at least \d+: DRAIN_SECONDS, WRITE_DEADLINE_MS/,
    );
  });

  it.each(["1", "4999", "5000"])(
    "reject a deadline of changes of %s ms, in which no bulk change would start",
    (WRITE_DEADLINE_MS) => {
      expect(() => readConfig({ WRITE_DEADLINE_MS })).toThrow(
        /WRITE_DEADLINE_MS must be more than 5000/,
      );
    },
  );

  it("accept a deadline of changes of 5001 ms", () => {
    expect(readConfig({ WRITE_DEADLINE_MS: "5001" }).WRITE_DEADLINE_MS).toBe(
      5_001,
    );
  });

  it("reject a reserve that leaves no time to send a change", () => {
    expect(() => readConfig({ WRITE_DEADLINE_MS: "3000" })).toThrow(
      /READ_BACK_RESERVE_MS must be less than WRITE_DEADLINE_MS/,
    );
  });
});
