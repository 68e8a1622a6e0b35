import {
  RateLimiterMemory,
  RateLimiterRes,
  type RateLimiterAbstract,
} from "rate-limiter-flexible";
import { hasSignIn, type Config } from "../config/config.js";
import { ErrorCode, type Sentence } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";

/** Length of the rate limit window. */
const WINDOW_SECONDS = 60;

/**
 * Points charged to an address for a failed authentication, against credential
 * guessing.
 */
export const FAILED_SIGN_IN_COST = 20;

/** Default limits when authentication is configured. */
const PER_CALLER = 6_000;
const PER_ADDRESS = 30_000;

/** Creates the store of one limit. Shared stores bring their own fallback. */
export type CreateLimiter = (options: {
  keyPrefix: string;
  points: number;
  duration: number;
}) => Pick<RateLimiterAbstract, "consume" | "penalty">;

const inMemory: CreateLimiter = (options) => new RateLimiterMemory(options);

const REASONS = {
  caller: "caller-rate-limit",
  address: "address-rate-limit",
} as const;

function problemOf(name: keyof typeof REASONS, points: number): Sentence {
  const isCaller = name === "caller";
  return {
    en: `${isCaller ? "Your credential" : "Your network address"} has used its ${points} points of this minute: 1 for each request${isCaller ? " and 1 for each upstream call" : ""}.`,
    zh: `${isCaller ? "您的凭证" : "您的网络地址"}已用完本分钟的 ${points} 点额度：每个请求${isCaller ? "和每次上游调用各" : ""}计 1 点。`,
  };
}

/** Sets a response header. */
export type SetHeader = (name: string, value: string) => unknown;

/**
 * Rate limit per key and minute. Callers and client addresses have separate
 * budgets.
 */
export class Budget {
  private readonly policy: string;
  /** Number of refused requests, for metrics. */
  refusals = 0;

  constructor(
    private readonly name: "caller" | "address",
    private readonly points: number,
    private readonly limiter: Pick<RateLimiterAbstract, "consume" | "penalty">,
  ) {
    this.policy = `"${name}";q=${points};w=${WINDOW_SECONDS}`;
  }

  /**
   * Consumes one point and sets the headers of
   * `draft-ietf-httpapi-ratelimit-headers`. Resolves with the points left.
   *
   * @throws {GatewayError} RATE_LIMITED with the time until the window resets
   */
  async consume(key: string, setHeader: SetHeader): Promise<number> {
    const result = await this.limiter.consume(key, 1).catch(asLimiterResult);
    // The store has failed without a fallback. Allow the request rather than
    // refuse all.
    if (result === null) return this.points;
    const seconds = Math.max(1, Math.ceil(result.msBeforeNext / 1000));
    setHeader("ratelimit-policy", this.policy);
    setHeader(
      "ratelimit",
      `"${this.name}";r=${result.remainingPoints};t=${seconds}`,
    );
    if (result.consumedPoints > this.points) {
      this.refusals += 1;
      throw new GatewayError(ErrorCode.RATE_LIMITED, {
        retryAfterSeconds: seconds,
        limit: this.points,
        reason: REASONS[this.name],
        problem: problemOf(this.name, this.points),
      });
    }
    return result.remainingPoints;
  }

  /** Charges points for completed work. Never refuses. */
  charge(key: string, points: number): void {
    if (points <= 0) return;
    this.limiter.penalty(key, points).catch(() => undefined);
  }
}

function asLimiterResult(rejection: unknown): RateLimiterRes | null {
  return rejection instanceof RateLimiterRes ? rejection : null;
}

/** Configured budgets; null without a limit. */
export interface RateLimits {
  readonly callers: Budget | null;
  readonly addresses: Budget | null;
}

export function createRateLimits(
  config: Config,
  make: CreateLimiter = inMemory,
): RateLimits {
  const signed = hasSignIn(config);
  const budget = (
    name: "caller" | "address",
    configured: number | undefined,
    defaultPoints: number,
  ): Budget | null => {
    const points = configured ?? (signed ? defaultPoints : 0);
    if (points === 0) return null;
    const keyPrefix = `rate:${name}`;
    return new Budget(
      name,
      points,
      make({ keyPrefix, points, duration: WINDOW_SECONDS }),
    );
  };
  return {
    callers: budget("caller", config.RATE_LIMIT_PER_MINUTE, PER_CALLER),
    addresses: budget(
      "address",
      config.RATE_LIMIT_PER_ADDRESS_PER_MINUTE,
      PER_ADDRESS,
    ),
  };
}

/**
 * Rate limit key of a client address. IPv4, including IPv4-mapped IPv6, uses
 * the address. Other IPv6 addresses use their /64 network, because one host can
 * use every address in it. All notations of a network give the same key.
 */
export function addressKey(address: string): string {
  if (!address.includes(":")) return address;
  if (address.startsWith("::ffff:") && address.includes(".")) {
    return address.slice("::ffff:".length);
  }
  const groups = groupsOf(address);
  const [high = 0, low = 0] = groups.slice(6);
  // IPv4-mapped (RFC 4291, section 2.5.5.2).
  if (groups[5] === 0xffff && groups.slice(0, 5).every((one) => one === 0)) {
    return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
  }
  const network = groups.slice(0, 4).map((one) => one.toString(16));
  return `${network.join(":")}::/64`;
}

/** The eight groups of an IPv6 address in any notation (RFC 4291, section 2.2). */
function groupsOf(address: string): readonly number[] {
  const [plain = ""] = address.split("%", 1);
  const [head = "", tail = ""] = plain.split("::");
  const first = numbersIn(head);
  const last = numbersIn(tail);
  const missing = Math.max(0, 8 - first.length - last.length);
  return [...first, ...Array<number>(missing).fill(0), ...last];
}

function numbersIn(text: string): readonly number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return [parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}
