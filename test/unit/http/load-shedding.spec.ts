import { describe, expect, it } from "@jest/globals";
import {
  AdmissionController,
  WINDOW_MS,
  type AdmissionLimits,
} from "../../../src/http/load-shedding.js";

const NO_LIMITS: AdmissionLimits = { maxInFlight: 0, maxDelayMs: 0 };

function intakeWith(
  limits: Partial<AdmissionLimits>,
  delay = { ms: 0 },
  clock = { ms: 0 },
): AdmissionController {
  return new AdmissionController(
    { ...NO_LIMITS, ...limits },
    { now: () => delay.ms, stop: () => undefined },
    () => clock.ms,
  );
}

describe("AdmissionController", () => {
  it("admits twice the limit initially and refuses the next request", () => {
    const intake = intakeWith({ maxInFlight: 2 });
    const places = Array.from({ length: 5 }, () => intake.tryAdmit());
    expect(places.map((place) => place !== null)).toEqual([
      ...Array.from({ length: 4 }, () => true),
      false,
    ]);
  });

  it("admits only the limit once requests beyond it were served slowly", () => {
    const clock = { ms: 0 };
    const intake = intakeWith({ maxInFlight: 4 }, { ms: 0 }, clock);
    const places = Array.from({ length: 8 }, () => intake.tryAdmit());
    for (let window = 0; window < 3; window += 1) {
      clock.ms += WINDOW_MS;
      intake.tryAdmit();
    }
    for (const place of places.slice(0, 4)) place?.release();
    expect(intake.inFlight).toBe(4);
    expect(intake.tryAdmit()).toBeNull();
    places[4]?.release();
    expect(intake.tryAdmit()).not.toBeNull();
  });

  it("admits requests beyond the limit that are served within 250 ms", () => {
    const clock = { ms: 0 };
    const intake = intakeWith({ maxInFlight: 4 }, { ms: 0 }, clock);
    for (let at = 0; at < 4; at += 1) intake.tryAdmit();
    for (let window = 0; window < 10; window += 1) {
      for (let done = 0; done < 100; done += 1) intake.tryAdmit()?.release();
      clock.ms += WINDOW_MS;
    }
    for (let at = 0; at < 200; at += 1)
      expect(intake.tryAdmit()).not.toBeNull();
  });

  it("refuses while the event loop lags, then admits again", () => {
    const delay = { ms: 900 };
    const intake = intakeWith({ maxDelayMs: 500 }, delay);
    expect(intake.tryAdmit()).toBeNull();
    delay.ms = 20;
    expect(intake.tryAdmit()).not.toBeNull();
  });

  it("admits any number of requests without a limit", () => {
    const intake = intakeWith({}, { ms: 60_000 });
    for (let index = 0; index < 10_000; index += 1) intake.tryAdmit();
    expect(intake.inFlight).toBe(10_000);
  });

  it("releases a slot once, even if release is called again", () => {
    const intake = intakeWith({});
    const place = intake.tryAdmit();
    intake.tryAdmit();
    place?.release();
    place?.release();
    expect(intake.inFlight).toBe(1);
  });

  it("admits requests while draining", () => {
    const intake = intakeWith({});
    intake.drain();
    expect(intake.isEnding).toBe(true);
    expect(intake.tryAdmit()).not.toBeNull();
  });

  it("close refuses new requests and resolves once running requests are done", async () => {
    const intake = intakeWith({});
    const place = intake.tryAdmit();
    place?.begin();
    const events: string[] = [];
    const closed = intake.close().then(() => events.push("closed"));
    expect(intake.tryAdmit()).toBeNull();
    await Promise.resolve();
    events.push("answered");
    place?.release();
    await closed;
    expect(events).toEqual(["answered", "closed"]);
  });

  it("close does not wait for a request whose body never arrives", async () => {
    const intake = intakeWith({});
    intake.tryAdmit();
    await intake.close();
    expect(intake.inFlight).toBe(1);
  });
});
