import { toVendorDay, type EmulatorClock } from "../clock.js";
import type { Channel, ContactRecord } from "./contact-record.js";
import { rpcError } from "../wire/rpc-errors.js";
import type { SettingsHolder } from "../settings.js";

/** A verification message as its receiver would see it. */
export interface SentMessage {
  /** Counts from 1. */
  readonly messageId: number;
  readonly contactId: string;
  readonly channel: Channel;
  readonly target: string;
  /** ISO 8601, UTC */
  readonly sentAt: string;
  /** Six digits; stands for whatever the vendor puts into its message. */
  readonly code: string;
  readonly text: string;
}

/** Messages kept; older ones are dropped. A choice of the emulator. */
const MAX_MESSAGES = 10_000;
const MINUTE_MS = 60_000;

/**
 * Messages that were sent to nobody, and the caps on sending them.
 *
 * The caps count on their own: emptying the outbox frees nothing.
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

  /** How many messages were ever sent. */
  get sent(): number {
    return this.#sent;
  }

  /** @throws {RpcError} when a cap is reached; nothing is sent then */
  send(contact: ContactRecord, channel: Channel, target: string): void {
    const now = this.clock.now();
    const day = toVendorDay(now);
    this.#checkDailyCap(channel, day);
    this.#checkMinuteCap(target, now);
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
      text: `${contact.name}, confirm that this ${channel} is yours. Your code is ${code}.`,
    });
    if (this.#messages.length > MAX_MESSAGES) this.#messages.shift();
  }

  messages(): readonly SentMessage[] {
    return [...this.#messages];
  }

  clear(): void {
    this.#messages = [];
  }

  /** Replaces the messages, and forgets what the caps have counted. */
  load(messages: readonly SentMessage[]): void {
    this.#messages = [...messages];
    this.#sent = Math.max(0, ...messages.map(({ messageId }) => messageId));
    this.#daily.clear();
    this.#recent = [];
  }

  #checkDailyCap(channel: Channel, day: string): void {
    const { verificationEmailsPerDay, verificationPhonesPerDay } =
      this.settings.current;
    const cap =
      channel === "email" ? verificationEmailsPerDay : verificationPhonesPerDay;
    if (this.#sentOn(channel, day) >= cap) {
      throw rpcError("SendValidateCodeExceedsLimitForAccount");
    }
  }

  #checkMinuteCap(target: string, now: number): void {
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
