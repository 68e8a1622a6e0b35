import { describe, expect, it } from "@jest/globals";
import { FAULT_EFFECTS } from "../../../../src/emulator/faults/fault-kinds.js";
import {
  Faults,
  type FaultMatchInput,
} from "../../../../src/emulator/faults/faults.js";
import { seededRandom } from "../../../support/emulator-fixture.js";

const CALL: FaultMatchInput = {
  operation: "GetMessageContact",
  isArrival: false,
  isReusedSocket: false,
};

function outcomes(faults: Faults, count: number, call = CALL): string[] {
  return Array.from(
    { length: count },
    () => faults.take(call)?.effect ?? "none",
  );
}

describe("Faults", () => {
  it.each([
    ["xml", "before"],
    ["throttle", "after"],
    ["clockSkew", "before"],
    ["resetOnReuse", "after"],
  ] as const)("rejects the effect %s with the moment %s", (effect, when) => {
    expect(() => new Faults(Math.random).add({ effect, when })).toThrow(
      `${effect} cannot be applied at "${when}"`,
    );
  });

  it("applies a fault to one call by default", () => {
    const faults = new Faults(Math.random);
    faults.add({ effect: "html" });
    expect(outcomes(faults, 2)).toEqual(["html", "none"]);
  });

  it("skips the given number of calls, then applies the fault the given number of times", () => {
    const faults = new Faults(Math.random);
    faults.add({ effect: "html", skip: 2, times: 2 });
    expect(outcomes(faults, 5)).toEqual([
      "none",
      "none",
      "html",
      "html",
      "none",
    ]);
  });

  it("applies a fault only to its operation", () => {
    const faults = new Faults(Math.random);
    faults.add({ effect: "html", operation: "AddMessageContact" });
    expect(outcomes(faults, 1)).toEqual(["none"]);
    expect(
      outcomes(faults, 1, { ...CALL, operation: "AddMessageContact" }),
    ).toEqual(["html"]);
  });

  it("applies faults in the order they were added", () => {
    const faults = new Faults(Math.random);
    faults.add({ effect: "html" });
    faults.add({ effect: "empty", times: null });
    expect(outcomes(faults, 3)).toEqual(["html", "empty", "empty"]);
  });

  it("applies a fault with a probability to that share of calls, without a limit", () => {
    const faults = new Faults(seededRandom());
    faults.add({ effect: "html", probability: 0.25 });
    const met = outcomes(faults, 1_000).filter((effect) => effect === "html");
    expect(met.length).toBeGreaterThan(200);
    expect(met.length).toBeLessThan(300);
  });

  it("applies arrival faults only on arrival", () => {
    const faults = new Faults(Math.random);
    faults.add({ effect: "clockSkew" });
    expect(outcomes(faults, 1)).toEqual(["none"]);
    expect(outcomes(faults, 1, { ...CALL, isArrival: true })).toEqual([
      "clockSkew",
    ]);
  });

  it("applies resetOnReuse only on a reused connection", () => {
    const faults = new Faults(Math.random);
    faults.add({ effect: "resetOnReuse" });
    const arrival = { ...CALL, isArrival: true };
    expect(outcomes(faults, 1, arrival)).toEqual(["none"]);
    expect(outcomes(faults, 1, { ...arrival, isReusedSocket: true })).toEqual([
      "resetOnReuse",
    ]);
  });

  it("counts skipped and applied calls, and removes faults", () => {
    const faults = new Faults(Math.random);
    const first = faults.add({ effect: "html", skip: 1 });
    faults.add({ effect: "empty" });
    outcomes(faults, 1);
    expect(faults.all()).toMatchObject([
      { effect: "html", skipped: 1, met: 0 },
      { effect: "empty", met: 1 },
    ]);
    faults.clear(first.faultId);
    expect(faults.all()).toHaveLength(1);
    faults.clear();
    expect(faults.all()).toEqual([]);
  });

  it.each(FAULT_EFFECTS)("has default parameters for %s", (effect) => {
    const rule = new Faults(Math.random).add({ effect, ms: 7 });
    expect(rule).toMatchObject({ effect, ms: 7, operation: "*", times: 1 });
  });
});
