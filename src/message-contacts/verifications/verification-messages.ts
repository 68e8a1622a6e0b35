import { createHash, randomUUID } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { Config } from "../../config/config.js";
import type { RequestContext } from "../../context/request-context.js";
import { ErrorCode } from "../../errors/error-codes.js";
import {
  GatewayError,
  type GatewayErrorDetails,
} from "../../errors/gateway-error.js";
import { OUTCOME_ADVICE } from "../../errors/outcome-advice.js";
import { Logger } from "../../logging/logger.js";
import { tableFullError } from "../../upstream/idempotency/bounded-entries.js";
import { Upstream } from "../../upstream/upstream.js";
import type { VendorParams } from "../../upstream/vendor/vendor-types.js";
import { WALL_CLOCK } from "../deletions/deletions.js";
import {
  VERIFICATION_HISTORY,
  type PendingTarget,
  type VerificationHistory,
} from "./verification-history.js";
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

/** A message that the vendor accepted, and when the next one may be sent. */
export interface SentMessage {
  /** RFC 3339, UTC. */
  readonly sentAt: string;
  /** Time until another one may be sent to the same target. */
  readonly retryAfterSeconds: number;
  /** Maximum number of e-mails left today; null when no limit is known. */
  readonly remainingToday: number | null;
}

/** Messages to one address within a minute (documented). */
const MESSAGES_PER_MINUTE = 10;

/** Shares of the daily limit at which a warning is logged. */
const WARNED_AT = [0.8, 0.95];

const DAY_MS = 24 * 60 * 60 * 1_000;

/** The vendor's day is assumed to be in UTC+8 (inferred). */
const VENDOR_ZONE_MS = 8 * 60 * 60 * 1_000;

/**
 * Sends verification messages. A message cannot be undone: it reaches a person and counts
 * against a daily limit. So it is never retried automatically, and another message to the
 * same target has to wait for the cool-down.
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
    @Inject(VERIFICATION_HISTORY)
    private readonly history: VerificationHistory,
  ) {
    this.caps = {
      cooldownMs: config.VERIFICATION_COOLDOWN_SECONDS * 1_000,
      perMinute: MESSAGES_PER_MINUTE,
      perDay: config.VERIFICATION_EMAILS_PER_DAY,
    };
  }

  /**
   * @throws {GatewayError} VERIFICATION_LIMIT, without an upstream call, while a limit is
   *   reached; OUTCOME_UNKNOWN when the message may have been sent, which starts the
   *   cool-down as well
   */
  async send<O extends SendOperation>(
    operation: O,
    params: VendorParams[O],
    context: RequestContext,
  ): Promise<SentMessage> {
    const order = this.orderFor(params, context);
    let acquired: VerificationOrder | null = null;
    let sentToday: number | null = null;
    // A replay returns the time of the message that was sent.
    let startedAtMs = order.atMs;
    let cooldownFromMs = order.atMs;
    try {
      await this.upstream.call(operation, params, context, {
        admit: async (write) => {
          startedAtMs = write.startedAtMs;
          const keyed = { ...order, repeatKey: write.id };
          const slot = await this.log.acquire(keyed, this.caps);
          if (!slot.isFree) throw this.limitError(slot, keyed);
          acquired = keyed;
          ({ sentToday } = slot);
        },
        confirm: async () => {
          if (acquired === null) return;
          acquired = { ...acquired, atMs: this.now() };
          cooldownFromMs = acquired.atMs;
          const slot = await this.log.confirm(acquired, this.caps);
          if (!slot.isFree) throw this.limitError(slot, acquired);
          ({ sentToday } = slot);
        },
        replay: (firstMs) => {
          startedAtMs = firstMs;
          cooldownFromMs = firstMs;
        },
      });
    } catch (error) {
      throw await this.afterFailure(error, acquired, cooldownFromMs);
    }
    if (acquired !== null) {
      this.warn(sentToday, context);
      this.history.recordSent(context.directory, pendingTarget(params));
    } else sentToday = await this.log.sentToday(order.dayKey);
    return {
      sentAt: new Date(startedAtMs).toISOString(),
      retryAfterSeconds: this.secondsOfCooldown(cooldownFromMs),
      remainingToday:
        sentToday === null ? null : Math.max(0, this.caps.perDay - sentToday),
    };
  }

  private orderFor(
    params: VendorParams[SendOperation],
    { directory, caller }: RequestContext,
  ): VerificationOrder {
    const isEmail = "EmailAddress" in params;
    // Domains are case-insensitive; local parts are in practice.
    const target = isEmail
      ? params.EmailAddress.toLowerCase()
      : params.PhoneNumber;
    const atMs = this.now();
    return {
      token: randomUUID(),
      caller: caller.id,
      directory,
      pairKey: hashOf(directory, params.ContactId, target),
      targetKey: hashOf(directory, target),
      dayKey: isEmail ? `${directory} ${dayOf(atMs)}` : null,
      repeatKey: null,
      atMs,
    };
  }

  /**
   * Returns the error to throw. Releases the slot unless the message may have been sent;
   * the vendor sends no message when it rejects the call.
   */
  private async afterFailure(
    error: unknown,
    acquired: VerificationOrder | null,
    cooldownFromMs: number,
  ): Promise<unknown> {
    if (!(error instanceof GatewayError)) return error;
    if (error.code !== ErrorCode.OUTCOME_UNKNOWN) {
      if (acquired !== null) await this.log.release(acquired);
      return error;
    }
    return new GatewayError(error.code, {
      ...error.details,
      retryAfterSeconds: this.secondsOfCooldown(cooldownFromMs),
      advice: OUTCOME_ADVICE.wait,
    });
  }

  private limitError(
    slot: Extract<VerificationSlot, { isFree: false }>,
    { atMs }: VerificationOrder,
  ): GatewayError {
    if (slot.cap === "memory") return tableFullError(slot.full);
    const { cap, freeInMs } = slot;
    const { perMinute, perDay } = this.caps;
    const limits: Record<typeof cap, GatewayErrorDetails> = {
      cooldown: {
        reason: "resend-pause",
        problem: {
          en: "A verification message was sent to this address or number a moment ago.",
          zh: "刚刚已向该邮箱地址或手机号码发送过验证消息。",
        },
      },
      minute: {
        limit: perMinute,
        reason: "messages-per-minute",
        problem: {
          en: `Only ${perMinute} verification messages may be sent to one address or number in a minute.`,
          zh: `每分钟最多向同一邮箱地址或手机号码发送 ${perMinute} 条验证消息。`,
        },
      },
      day: {
        limit: perDay,
        reason: "messages-per-day",
        problem: {
          en: `Only ${perDay} verification e-mails may be sent in a day.`,
          zh: `每天最多发送 ${perDay} 封验证邮件。`,
        },
      },
    };
    const waitMs = freeInMs ?? DAY_MS - ((atMs + VENDOR_ZONE_MS) % DAY_MS);
    return new GatewayError(ErrorCode.VERIFICATION_LIMIT, {
      ...limits[cap],
      retryAfterSeconds: Math.ceil(waitMs / 1_000),
    });
  }

  private secondsOfCooldown(sinceMs: number): number {
    const leftMs = sinceMs + this.caps.cooldownMs - this.now();
    return Math.max(0, Math.ceil(leftMs / 1_000));
  }

  /** Logs a warning when the count reaches one of the shares in `WARNED_AT`. */
  private warn(sentToday: number | null, { directory }: RequestContext): void {
    const thresholds = WARNED_AT.map((share) =>
      Math.ceil(this.caps.perDay * share),
    );
    if (sentToday === null || !thresholds.includes(sentToday)) return;
    this.logger.log(
      "warn",
      "daily limit of verification e-mails is nearly reached",
      { event: "verification-limit-near", directory },
    );
  }
}

function pendingTarget(params: VendorParams[SendOperation]): PendingTarget {
  return {
    contactId: params.ContactId,
    target: "EmailAddress" in params ? params.EmailAddress : params.PhoneNumber,
  };
}

function hashOf(...parts: string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("base64url");
}

/** Calendar day in the vendor's time zone. */
function dayOf(atMs: number): string {
  return new Date(atMs + VENDOR_ZONE_MS).toISOString().slice(0, 10);
}
