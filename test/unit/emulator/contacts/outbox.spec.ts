import { beforeEach, describe, expect, it } from "@jest/globals";
import { EmulatorClock } from "../../../../src/emulator/clock.js";
import type { ContactRecord } from "../../../../src/emulator/contacts/contact-record.js";
import { Outbox } from "../../../../src/emulator/contacts/outbox.js";
import {
  DEFAULT_SETTINGS,
  type EmulatorSettings,
} from "../../../../src/emulator/settings.js";
import {
  ManualClock,
  seededRandom,
} from "../../../support/emulator-fixture.js";

const DAY_MS = 24 * 60 * 60 * 1_000;
const CONTACT = { contactId: "c-abc", name: "tom" } as ContactRecord;

let settings: { current: EmulatorSettings };
let clock: EmulatorClock;
let outbox: Outbox;

beforeEach(() => {
  settings = { current: DEFAULT_SETTINGS };
  clock = new EmulatorClock(new ManualClock());
  outbox = new Outbox(clock, settings, seededRandom());
});

function send(count: number, target = "a@example.com"): void {
  const channel = target.includes("@") ? "email" : "phone";
  for (let sent = 0; sent < count; sent += 1) {
    outbox.send(CONTACT, channel, target);
  }
}

describe("Outbox", () => {
  it("rejects the eleventh message to one target within a minute", () => {
    send(10);
    expect(() => send(1)).toThrow(/exceeds the limit/);
    send(1, "b@example.com");
    clock.advance(60_000);
    send(10);
    expect(outbox.sent).toBe(21);
  });

  it("rejects the 101st e-mail of a day, but no text message", () => {
    settings.current = { ...DEFAULT_SETTINGS, messagesPerTargetPerMinute: 500 };
    send(100);
    expect(() => send(1)).toThrow(/exceeds the limit/);
    send(1, "86-13900001234");
    clock.advance(DAY_MS);
    send(100);
    expect(outbox.sent).toBe(201);
  });

  it("does not count a rejected message towards the daily limit", () => {
    settings.current = { ...DEFAULT_SETTINGS, verificationEmailsPerDay: 11 };
    send(10);
    expect(() => send(1)).toThrow();
    send(1, "b@example.com");
    expect(() => send(1, "c@example.com")).toThrow();
  });

  it("stores recipient, time, code and text of a message", () => {
    send(1);
    const [message] = outbox.messages();
    expect(message).toMatchObject({
      messageId: 1,
      contactId: "c-abc",
      channel: "email",
      target: "a@example.com",
      sentAt: "2024-01-02T03:04:05.000Z",
    });
    expect(message?.code).toMatch(/^\d{6}$/);
    expect(message?.text).toContain(message?.code);
  });

  it("keeps the counters when it is cleared, and resets them when it is loaded", () => {
    send(10);
    outbox.clear();
    expect(() => send(1)).toThrow();
    outbox.load([]);
    send(1);
    expect(outbox.messages()).toHaveLength(1);
  });
});
