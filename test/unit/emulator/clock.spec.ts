import { describe, expect, it } from "@jest/globals";
import {
  EmulatorClock,
  fromVendorDate,
  toVendorDate,
  toVendorDay,
} from "../../../src/emulator/clock.js";
import { ManualClock } from "../../support/emulator-fixture.js";

describe("EmulatorClock", () => {
  it("returns the source's time plus the offset", () => {
    const source = new ManualClock(1_000);
    const clock = new EmulatorClock(source);
    clock.advance(500);
    source.advance(1);
    expect(clock.now()).toBe(1_501);
    expect(clock.sourceNow()).toBe(1_001);
    expect(clock.offsetMs).toBe(500);
  });

  it("moves backwards when a smaller offset is set", () => {
    const clock = new EmulatorClock(new ManualClock(1_000));
    clock.advance(500);
    clock.setOffset(0);
    expect(clock.now()).toBe(1_000);
  });

  it("resolves only the waits that are due when it is advanced", async () => {
    const clock = new EmulatorClock(new ManualClock());
    const ended: string[] = [];
    const short = clock.wait(60_000).then(() => ended.push("short"));
    const long = clock.wait(120_000).then(() => ended.push("long"));
    clock.advance(60_000);
    await short;
    expect(ended).toEqual(["short"]);
    clock.advance(60_000);
    await long;
    expect(ended).toEqual(["short", "long"]);
  });

  it("resolves a wait by the real timer", async () => {
    await expect(
      new EmulatorClock(new ManualClock()).wait(1),
    ).resolves.toBeUndefined();
  });

  it("shortens the real timer of a wait when it is advanced", async () => {
    const clock = new EmulatorClock(new ManualClock());
    const waiting = clock.wait(3_600_000);
    clock.advance(3_599_999);
    await expect(waiting).resolves.toBeUndefined();
  });

  it("resolves pending and later waits after stop", async () => {
    const clock = new EmulatorClock(new ManualClock());
    const waiting = clock.wait(1e12);
    clock.stop();
    await waiting;
    await clock.wait(1e12);
    expect(clock.offsetMs).toBe(0);
  });
});

describe("toVendorDate and fromVendorDate", () => {
  it("convert between UTC and UTC+8", () => {
    const at = Date.parse("2023-03-27T09:19:21Z");
    expect(toVendorDate(at)).toBe("2023-03-27 17:19:21");
    expect(fromVendorDate("2023-03-27 17:19:21")).toBe(at);
  });
});

describe("toVendorDay", () => {
  it("starts a day at 16:00 UTC", () => {
    expect(toVendorDay(Date.parse("2024-01-01T15:59:59Z"))).toBe("2024-01-01");
    expect(toVendorDay(Date.parse("2024-01-01T16:00:00Z"))).toBe("2024-01-02");
  });
});

describe("fromVendorDate", () => {
  it.each(["2023-03-27T17:19:21Z", "2023-03-27", "", "2023-13-40 99:99:99"])(
    "returns NaN for %j",
    (text) => {
      expect(fromVendorDate(text)).toBeNaN();
    },
  );
});
