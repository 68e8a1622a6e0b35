import { describe, expect, it, test } from "@jest/globals";
import {
  AdmissionController,
  LastingDelay,
  type AdmissionLimits,
  type RequestSlot,
  type ShedReason,
} from "../../../src/http/load-shedding.js";

const NO_LIMITS: AdmissionLimits = { maxInFlight: 0, maxDelayMs: 0 };

function admissionWith(
  limits: Partial<AdmissionLimits>,
  delay = { ms: 0 },
): AdmissionController {
  return new AdmissionController(
    { ...NO_LIMITS, ...limits },
    { now: () => delay.ms, stop: () => undefined },
  );
}

/** The slot of a request that must be admitted. */
function slotOf(admitted: RequestSlot | ShedReason | undefined): RequestSlot {
  if (typeof admitted !== "object") throw new Error(admitted ?? "no request");
  return admitted;
}

test("a delay counts once it has lasted for two periods", () => {
  const delay = new LastingDelay();
  const after = [600, 0, 600, 700, Number.NaN].map((meanMs) => {
    delay.record(meanMs);
    return delay.ms;
  });
  expect(after).toEqual([0, 0, 0, 600, 0]);
});

describe("AdmissionController", () => {
  it("refuses requests beyond the limit until one is released", () => {
    const admission = admissionWith({ maxInFlight: 2 });
    const slots = [admission.tryAdmit(), admission.tryAdmit()];
    expect(admission.tryAdmit()).toBe("in-flight");
    slotOf(slots[0]).release();
    slotOf(admission.tryAdmit());
    expect(admission.tryAdmit()).toBe("in-flight");
    expect(admission.refusals).toEqual({
      "in-flight": 2,
      "event-loop-delay": 0,
      closing: 0,
    });
  });

  it("refuses while the event loop lags, then admits again", () => {
    const delay = { ms: 900 };
    const admission = admissionWith({ maxDelayMs: 500 }, delay);
    expect(admission.tryAdmit()).toBe("event-loop-delay");
    delay.ms = 20;
    slotOf(admission.tryAdmit());
    expect(admission.refusals["event-loop-delay"]).toBe(1);
  });

  it("admits any number of requests without a limit", () => {
    const admission = admissionWith({}, { ms: 60_000 });
    for (let index = 0; index < 10_000; index += 1) admission.tryAdmit();
    expect(admission.inFlight).toBe(10_000);
  });

  it("releases a slot once, even if release is called again", () => {
    const admission = admissionWith({});
    const slot = slotOf(admission.tryAdmit());
    admission.tryAdmit();
    slot.release();
    slot.release();
    expect(admission.inFlight).toBe(1);
  });

  it("admits requests while draining", () => {
    const admission = admissionWith({});
    admission.drain();
    expect(admission.isEnding).toBe(true);
    slotOf(admission.tryAdmit());
  });

  it("close refuses new requests and resolves once running requests are done", async () => {
    const admission = admissionWith({});
    const slot = slotOf(admission.tryAdmit());
    slot.begin();
    const events: string[] = [];
    const closed = admission.close().then(() => events.push("closed"));
    expect(admission.tryAdmit()).toBe("closing");
    await Promise.resolve();
    events.push("answered");
    slot.release();
    await closed;
    expect(events).toEqual(["answered", "closed"]);
  });

  it("close does not wait for a request whose body never arrives", async () => {
    const admission = admissionWith({});
    admission.tryAdmit();
    await admission.close();
    expect(admission.inFlight).toBe(1);
  });
});
