import { createHash } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { Config } from "../config/config.js";
import type { RequestContext } from "../context/request-context.js";
import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import { Logger } from "../logging/logger.js";
import { Upstream } from "../upstream/upstream.js";
import type { VendorParams } from "../upstream/vendor-types.js";
import { WALL_CLOCK } from "./deletions.js";
import {
  VERIFICATION_LOG,
  type VerificationCaps,
  type VerificationLog,
  type VerificationOrder,
  type VerificationPlace,
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
    const place = await this.log.take(order, this.caps);
    if (!place.isFree) throw this.refusal(place, order);
    try {
      await this.upstream.call(operation, params, context);
    } catch (error) {
      throw await this.failed(error, order);
    }
    this.warn(place.sentToday, context);
    return {
      sentAt: new Date(place.sinceMs).toISOString(),
      retryAfterSeconds: this.pauseSeconds(place.sinceMs),
      remainingToday:
        place.sentToday === null
          ? null
          : Math.max(0, this.caps.perDay - place.sentToday),
    };
  }

  private orderFor(
    params: VendorParams[SendOperation],
    { directory, caller, idempotency }: RequestContext,
  ): VerificationOrder {
    const isEmail = "EmailAddress" in params;
    // The part after the @ sign is the same in either case, the part before it
    // nearly always is.
    const target = isEmail
      ? params.EmailAddress.toLowerCase()
      : params.PhoneNumber;
    const atMs = this.now();
    return {
      pairKey: hashOf(directory, params.ContactId, target),
      targetKey: hashOf(directory, target),
      dayKey: isEmail ? `${directory} ${dayOf(atMs)}` : null,
      repeatKey:
        idempotency === undefined ? null : hashOf(caller.id, idempotency.key),
      atMs,
    };
  }

  /**
   * The error to pass on. The place is given back unless the message may have
   * gone out: a refusal by the vendor sends nothing.
   */
  private async failed(
    error: unknown,
    order: VerificationOrder,
  ): Promise<unknown> {
    if (!(error instanceof GatewayError)) return error;
    if (error.code !== ErrorCode.OUTCOME_UNKNOWN) {
      await this.log.giveBack(order);
      return error;
    }
    return new GatewayError(error.code, {
      ...error.details,
      retryAfterSeconds: this.pauseSeconds(order.atMs),
    });
  }

  private refusal(
    { cap, freeInMs }: Extract<VerificationPlace, { isFree: false }>,
    { atMs }: VerificationOrder,
  ): GatewayError {
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
