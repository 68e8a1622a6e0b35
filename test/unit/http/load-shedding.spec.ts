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

describe("the intake of requests", () => {
  it("takes twice the limit at first, and not one more", () => {
    const intake = intakeWith({ maxInFlight: 2 });
    const places = Array.from({ length: 5 }, () => intake.tryAdmit());
    expect(places.map((place) => place !== null)).toEqual([
      ...Array.from({ length: 4 }, () => true),
      false,
    ]);
  });

  it("takes no more than the limit once a crowd is served slowly", () => {
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

  it("takes a crowd that is served within a quarter of a second", () => {
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

  it("refuses while the event loop lags, and takes again by itself", () => {
    const delay = { ms: 900 };
    const intake = intakeWith({ maxDelayMs: 500 }, delay);
    expect(intake.tryAdmit()).toBeNull();
    delay.ms = 20;
    expect(intake.tryAdmit()).not.toBeNull();
  });

  it("has no limit where none is set", () => {
    const intake = intakeWith({}, { ms: 60_000 });
    for (let index = 0; index < 10_000; index += 1) intake.tryAdmit();
    expect(intake.inFlight).toBe(10_000);
  });

  it("counts a request once, however often it leaves", () => {
    const intake = intakeWith({});
    const place = intake.tryAdmit();
    intake.tryAdmit();
    place?.release();
    place?.release();
    expect(intake.inFlight).toBe(1);
  });

  it("goes on taking requests while it drains", () => {
    const intake = intakeWith({});
    intake.drain();
    expect(intake.isEnding).toBe(true);
    expect(intake.tryAdmit()).not.toBeNull();
  });

  it("closes once all work is done, and takes nothing meanwhile", async () => {
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

  it("does not wait for a request whose body never comes", async () => {
    const intake = intakeWith({});
    intake.tryAdmit();
    await intake.close();
    expect(intake.inFlight).toBe(1);
  });
});
