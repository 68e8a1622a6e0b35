import { createHash, randomUUID } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { Config } from "../../config/config.js";
import type { RequestContext } from "../../context/request-context.js";
import { ErrorCode, type Sentence } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import { Logger } from "../../logging/logger.js";
import { tableFullError } from "../../upstream/idempotency/bounded-entries.js";
import { Upstream } from "../../upstream/upstream.js";
import type { VendorParams } from "../../upstream/vendor/vendor-types.js";
import { WALL_CLOCK } from "../deletions/deletions.js";
import {
  VERIFICATION_LOG,
  type VerificationCaps,
  type VerificationLog,
  type VerificationOrder,
  type VerificationSlot,
} from "./verification-log.js";

/** The two operations that send a message to a person. */
export type SendOperation =
  | "sendEmailVerificationForMessageContact"
  | "sendPhoneVerificationForMessageContact";

/** A message that the vendor accepted, and what is known for the next one. */
export interface SentMessage {
  /** An RFC 3339 instant. */
  readonly sentAt: string;
  /** When another one may be sent to the same target. */
  readonly retryAfterSeconds: number;
  /** At most so many e-mails are left today; null where no cap is known. */
  readonly remainingToday: number | null;
}

/** Messages to one address within a minute (documented). */
const MESSAGES_PER_MINUTE = 10;

/** A message cannot be read back, and a second one bothers a person. */
const NOTHING_TO_READ: Sentence = {
  en: "The message may have been sent, and there is nothing to read that shows it. Ask the person, or wait for the given pause before you send another one with a new key.",
  zh: "消息可能已发送，且无法查询确认。请向收件人确认，或在指定时间后使用新的键重新发送。",
};

/** Shares of the day's cap at which operators are warned. */
const WARNED_AT = [0.8, 0.95];

const DAY_MS = 24 * 60 * 60 * 1_000;

/** The vendor's day is taken to be one of UTC+8 (inferred). */
const VENDOR_ZONE_MS = 8 * 60 * 60 * 1_000;

/**
 * Sends verification messages, the one thing that cannot be taken back: it
 * bothers a person and uses up a cap. So none is ever sent again by itself, and
 * one more to the same target has to wait.
 */
@Injectable()
export class VerificationMessages {
  private readonly caps: VerificationCaps;

  constructor(
    @Inject(Upstream) private readonly upstream: Upstream,
    @Inject(VERIFICATION_LOG) private readonly log: VerificationLog,
    @Inject(Config) config: Config,
    @Inject(WALL_CLOCK) private readonly now: () => number,
    @Inject(Logger) private readonly logger: Logger,
  ) {
    this.caps = {
      cooldownMs: config.VERIFICATION_COOLDOWN_SECONDS * 1_000,
      perMinute: MESSAGES_PER_MINUTE,
      perDay: config.VERIFICATION_EMAILS_PER_DAY,
    };
  }

  /**
   * @throws {GatewayError} VERIFICATION_LIMIT without an upstream call while a
   *   cap holds; OUTCOME_UNKNOWN when the message may have gone out, which
   *   starts the pause as well
   */
  async send<O extends SendOperation>(
    operation: O,
    params: VendorParams[O],
    context: RequestContext,
  ): Promise<SentMessage> {
    const order = this.orderFor(params, context);
    let taken: VerificationOrder | null = null;
    let sentToday: number | null = null;
    // A replay repeats the time of the message that was sent.
    let startedAtMs = order.atMs;
    let pauseFromMs = order.atMs;
    try {
      await this.upstream.call(operation, params, context, {
        admit: async (write) => {
          startedAtMs = write.startedAtMs;
          const own = { ...order, repeatKey: write.id };
          const place = await this.log.take(own, this.caps);
          if (!place.isFree) throw this.refusal(place, own);
          taken = own;
          ({ sentToday } = place);
        },
        confirm: async () => {
          if (taken === null) return;
          taken = { ...taken, atMs: this.now() };
          pauseFromMs = taken.atMs;
          const place = await this.log.confirm(taken, this.caps);
          if (!place.isFree) throw this.refusal(place, taken);
          ({ sentToday } = place);
        },
        replay: (firstMs) => {
          startedAtMs = firstMs;
          pauseFromMs = firstMs;
        },
      });
    } catch (error) {
      throw await this.failed(error, taken, pauseFromMs);
    }
    if (taken !== null) this.warn(sentToday, context);
    else sentToday = await this.log.sentToday(order.dayKey);
    return {
      sentAt: new Date(startedAtMs).toISOString(),
      retryAfterSeconds: this.pauseSeconds(pauseFromMs),
      remainingToday:
        sentToday === null ? null : Math.max(0, this.caps.perDay - sentToday),
    };
  }

  private orderFor(
    params: VendorParams[SendOperation],
    { directory, caller }: RequestContext,
  ): VerificationOrder {
    const isEmail = "EmailAddress" in params;
    // The part after the @ sign is the same in either case, the part before it
    // nearly always is.
    const target = isEmail
      ? params.EmailAddress.toLowerCase()
      : params.PhoneNumber;
    const atMs = this.now();
    return {
      token: randomUUID(),
      caller: caller.id,
      pairKey: hashOf(directory, params.ContactId, target),
      targetKey: hashOf(directory, target),
      dayKey: isEmail ? `${directory} ${dayOf(atMs)}` : null,
      repeatKey: null,
      atMs,
    };
  }

  /**
   * The error to throw. The place is returned unless the message may have been
   * sent: a refusal by the vendor sends nothing.
   */
  private async failed(
    error: unknown,
    taken: VerificationOrder | null,
    pauseFromMs: number,
  ): Promise<unknown> {
    if (!(error instanceof GatewayError)) return error;
    if (error.code !== ErrorCode.OUTCOME_UNKNOWN) {
      if (taken !== null) await this.log.giveBack(taken);
      return error;
    }
    return new GatewayError(error.code, {
      ...error.details,
      retryAfterSeconds: this.pauseSeconds(pauseFromMs),
      advice: NOTHING_TO_READ,
    });
  }

  private refusal(
    place: Extract<VerificationSlot, { isFree: false }>,
    { atMs }: VerificationOrder,
  ): GatewayError {
    if (place.cap === "memory") return tableFullError(place.full);
    const { cap, freeInMs } = place;
    const { perMinute, perDay } = this.caps;
    const limits = {
      cooldown: {},
      minute: { limit: perMinute },
      day: { limit: perDay },
    };
    const waitMs = freeInMs ?? DAY_MS - ((atMs + VENDOR_ZONE_MS) % DAY_MS);
    return new GatewayError(ErrorCode.VERIFICATION_LIMIT, {
      ...limits[cap],
      retryAfterSeconds: Math.ceil(waitMs / 1_000),
    });
  }

  private pauseSeconds(sinceMs: number): number {
    const leftMs = sinceMs + this.caps.cooldownMs - this.now();
    return Math.max(0, Math.ceil(leftMs / 1_000));
  }

  /** Once for each share of the cap that is reached. */
  private warn(sentToday: number | null, { directory }: RequestContext): void {
    const marks = WARNED_AT.map((share) => Math.ceil(this.caps.perDay * share));
    if (sentToday === null || !marks.includes(sentToday)) return;
    this.logger.log("warn", "verification e-mails of the day run out", {
      directory,
    });
  }
}

function hashOf(...parts: string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("base64url");
}

/** The calendar day of the vendor. */
function dayOf(atMs: number): string {
  return new Date(atMs + VENDOR_ZONE_MS).toISOString().slice(0, 10);
}
