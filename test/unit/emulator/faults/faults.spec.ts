import { describe, expect, it } from "@jest/globals";
import { FAULT_EFFECTS } from "../../../../src/emulator/faults/fault-kinds.js";
import {
  Faults,
  type FaultOccasion,
} from "../../../../src/emulator/faults/faults.js";
import { seededRandom } from "../../../support/emulator-fixture.js";

const CALL: FaultOccasion = {
  operation: "GetMessageContact",
  isArrival: false,
  isReusedSocket: false,
};

function outcomes(faults: Faults, count: number, occasion = CALL): string[] {
  return Array.from(
    { length: count },
    () => faults.take(occasion)?.effect ?? "none",
  );
}

describe("Faults", () => {
  it.each([
    ["xml", "before"],
    ["throttle", "after"],
    ["clockSkew", "before"],
    ["resetOnReuse", "after"],
  ] as const)("refuses %s %s the action", (effect, when) => {
    expect(() => new Faults(Math.random).add({ effect, when })).toThrow(
      `${effect} happens`,
    );
  });

  it("meets one call when nothing is said", () => {
    const faults = new Faults(Math.random);
    faults.add({ effect: "html" });
    expect(outcomes(faults, 2)).toEqual(["html", "none"]);
  });

  it("lets calls pass first, then meets so many", () => {
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

  it("meets its own operation only", () => {
    const faults = new Faults(Math.random);
    faults.add({ effect: "html", operation: "AddMessageContact" });
    expect(outcomes(faults, 1)).toEqual(["none"]);
    expect(
      outcomes(faults, 1, { ...CALL, operation: "AddMessageContact" }),
    ).toEqual(["html"]);
  });

  it("meets calls in the order faults were added", () => {
    const faults = new Faults(Math.random);
    faults.add({ effect: "html" });
    faults.add({ effect: "empty", times: null });
    expect(outcomes(faults, 3)).toEqual(["html", "empty", "empty"]);
  });

  it("meets about as many calls as its probability says, without end", () => {
    const faults = new Faults(seededRandom());
    faults.add({ effect: "html", probability: 0.25 });
    const met = outcomes(faults, 1_000).filter((effect) => effect === "html");
    expect(met.length).toBeGreaterThan(200);
    expect(met.length).toBeLessThan(300);
  });

  it("keeps faults of the arrival and of the action apart", () => {
    const faults = new Faults(Math.random);
    faults.add({ effect: "clockSkew" });
    expect(outcomes(faults, 1)).toEqual(["none"]);
    expect(outcomes(faults, 1, { ...CALL, isArrival: true })).toEqual([
      "clockSkew",
    ]);
  });

  it("waits for a reused connection before resetOnReuse counts", () => {
    const faults = new Faults(Math.random);
    faults.add({ effect: "resetOnReuse" });
    const arrival = { ...CALL, isArrival: true };
    expect(outcomes(faults, 1, arrival)).toEqual(["none"]);
    expect(outcomes(faults, 1, { ...arrival, isReusedSocket: true })).toEqual([
      "resetOnReuse",
    ]);
  });

  it("tells how far each has got, and takes them back", () => {
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

  it.each(FAULT_EFFECTS)("has figures for %s", (effect) => {
    const rule = new Faults(Math.random).add({ effect, ms: 7 });
    expect(rule).toMatchObject({ effect, ms: 7, operation: "*", times: 1 });
  });
});
