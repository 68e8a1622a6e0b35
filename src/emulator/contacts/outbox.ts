import { toVendorDay, type EmulatorClock } from "../clock.js";
import type { Channel, ContactRecord } from "./contact-record.js";
import { rpcError } from "../wire/rpc-errors.js";
import type { SettingsHolder } from "../settings.js";

/** A verification message. */
export interface SentMessage {
  /** Starts at 1. */
  readonly messageId: number;
  readonly contactId: string;
  readonly channel: Channel;
  readonly target: string;
  /** ISO 8601, UTC */
  readonly sentAt: string;
  /** Six digits. The content of the vendor's messages is not documented. */
  readonly code: string;
  readonly text: string;
}

/** Maximum number of stored messages; older ones are dropped. The emulator's choice. */
const MAX_MESSAGES = 10_000;
const MINUTE_MS = 60_000;

/**
 * Stores verification messages instead of sending them, and enforces the sending limits.
 *
 * The limits have their own counters, so clearing the outbox does not reset them.
 */
export class Outbox {
  #messages: SentMessage[] = [];
  #sent = 0;
  readonly #daily = new Map<Channel, { day: string; count: number }>();
  #recent: { target: string; at: number }[] = [];

  constructor(
    private readonly clock: EmulatorClock,
    private readonly settings: SettingsHolder,
    private readonly random: () => number,
  ) {}

  /** Total number of messages sent, including dropped ones. */
  get sent(): number {
    return this.#sent;
  }

  /** @throws {RpcError} when a limit is exceeded; no message is then stored */
  send(contact: ContactRecord, channel: Channel, target: string): void {
    const now = this.clock.now();
    const day = toVendorDay(now);
    this.#checkDailyLimit(channel, day);
    this.#checkMinuteLimit(target, now);
    this.#daily.set(channel, { day, count: this.#sentOn(channel, day) + 1 });
    this.#recent.push({ target, at: now });
    this.#sent += 1;
    const code = String(Math.floor(this.random() * 1_000_000)).padStart(6, "0");
    this.#messages.push({
      messageId: this.#sent,
      contactId: contact.contactId,
      channel,
      target,
      sentAt: new Date(now).toISOString(),
      code,
      text: `Hello ${contact.name}, please confirm this ${channel === "email" ? "e-mail address" : "phone number"}. Your code is ${code}.`,
    });
    if (this.#messages.length > MAX_MESSAGES) this.#messages.shift();
  }

  messages(): readonly SentMessage[] {
    return [...this.#messages];
  }

  clear(): void {
    this.#messages = [];
  }

  /** Replaces the messages and resets the counters of the limits. */
  load(messages: readonly SentMessage[]): void {
    this.#messages = [...messages];
    this.#sent = Math.max(0, ...messages.map(({ messageId }) => messageId));
    this.#daily.clear();
    this.#recent = [];
  }

  #checkDailyLimit(channel: Channel, day: string): void {
    const { verificationEmailsPerDay, verificationPhonesPerDay } =
      this.settings.current;
    const limit =
      channel === "email" ? verificationEmailsPerDay : verificationPhonesPerDay;
    if (this.#sentOn(channel, day) >= limit) {
      throw rpcError("SendValidateCodeExceedsLimitForAccount");
    }
  }

  #checkMinuteLimit(target: string, now: number): void {
    this.#recent = this.#recent.filter(({ at }) => at > now - MINUTE_MS);
    const count = this.#recent.filter((sent) => sent.target === target).length;
    const { messagesPerTargetPerMinute, perMinuteCapCode } =
      this.settings.current;
    if (count >= messagesPerTargetPerMinute) throw rpcError(perMinuteCapCode);
  }

  #sentOn(channel: Channel, day: string): number {
    const counted = this.#daily.get(channel);
    return counted?.day === day ? counted.count : 0;
  }
}
