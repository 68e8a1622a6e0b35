import { monitorEventLoopDelay, type IntervalHistogram } from "node:perf_hooks";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { openContext } from "../context/request-context.js";
import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { Logger } from "../logging/logger.js";
import { COMMON_HEADERS } from "./request-hooks.js";
import { refuse } from "./refusal.js";
import { isUpgrading } from "./upgrades.js";

/** How much is taken on at once; 0 stands for no limit. */
export interface AdmissionLimits {
  /** More only where they are answered within `WORTHWHILE_WAIT_MS`. */
  readonly maxInFlight: number;
  readonly maxDelayMs: number;
}

/** How late the event loop is, in milliseconds. */
export interface LoopDelay {
  now(): number;
  stop(): void;
}

/** A request that was taken on. */
export interface RequestSlot {
  /** Its head and body are there, and its work begins. */
  begin(): void;
  /** It is answered, or its caller has hung up. */
  release(): void;
}

/**
 * A crowd is worth taking on as long as it is soon served: so many beyond the
 * limit as are answered in this time. A longer queue makes every answer late and
 * none more.
 */
export const MAX_BACKLOG_MS = 250;

/** How long answers are counted, to tell how fast they come. */
export const WINDOW_MS = 100;

/** A window that saw no crowd for so long tells nothing of one. */
const STALE_MS = 10 * WINDOW_MS;

/** What a process that has not seen a crowd yet is trusted with. */
const FIRST_FACTOR = 2;

/** What callers are told to wait: the next sample of the delay is taken by then. */
const RETRY_AFTER_SECONDS = 1;

/** Details of the refusal while the gateway is overloaded or closing. */
export const OVERLOADED = { retryAfterSeconds: RETRY_AFTER_SECONDS } as const;

/**
 * Decides whether a request is taken on, and knows how many are in work.
 *
 * Saying no at the door costs far less than saying it late: what is refused
 * here has neither been read nor signed in, and says when to come again.
 */
export class AdmissionController {
  private state: "open" | "draining" | "closed" = "open";
  private readonly onIdle: (() => void)[] = [];
  private admitted = 0;
  private running = 0;
  private answered = 0;
  private windowBeganMs = Number.NEGATIVE_INFINITY;
  private adaptiveLimit: number;

  constructor(
    private readonly limits: AdmissionLimits,
    private readonly delay: LoopDelay,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.adaptiveLimit = FIRST_FACTOR * limits.maxInFlight;
  }

  get inFlight(): number {
    return this.admitted;
  }

  /** Whether connections should be given up after the answer. */
  get isEnding(): boolean {
    return this.state !== "open";
  }

  /** Takes a request on; null when it is refused. */
  tryAdmit(): RequestSlot | null {
    if (this.state === "closed" || this.isOverloaded()) return null;
    this.admitted += 1;
    let at: "door" | "work" | "gone" = "door";
    return {
      begin: () => {
        if (at !== "door") return;
        at = "work";
        this.running += 1;
      },
      release: () => {
        if (at === "gone") return;
        if (at === "work") this.endWork();
        at = "gone";
        this.admitted -= 1;
        this.answered += 1;
      },
    };
  }

  /** Goes on taking requests, and tells their connections to go elsewhere. */
  drain(): void {
    this.state = "draining";
  }

  /**
   * Takes no request any more; resolves when the last one is answered. One
   * whose body never came is not waited for.
   */
  async close(): Promise<void> {
    this.state = "closed";
    if (this.running > 0) {
      await new Promise<void>((resolve) => this.onIdle.push(resolve));
    }
    this.delay.stop();
  }

  private endWork(): void {
    this.running -= 1;
    if (this.running === 0) for (const done of this.onIdle.splice(0)) done();
  }

  private isOverloaded(): boolean {
    const { maxInFlight, maxDelayMs } = this.limits;
    return (
      (maxInFlight > 0 &&
        this.admitted >= maxInFlight &&
        this.exceedsAdaptiveLimit()) ||
      (maxDelayMs > 0 && this.delay.now() > maxDelayMs)
    );
  }

  /** Asked while the limit is reached: whether the crowd is beyond its worth. */
  private exceedsAdaptiveLimit(): boolean {
    const now = this.now();
    const passedMs = now - this.windowBeganMs;
    if (passedMs >= WINDOW_MS) {
      if (passedMs < STALE_MS) {
        const soon = (this.answered / passedMs) * MAX_BACKLOG_MS;
        this.adaptiveLimit = (this.adaptiveLimit + soon) / 2;
      }
      this.windowBeganMs = now;
      this.answered = 0;
    }
    return this.admitted >= this.adaptiveLimit;
  }
}

/**
 * Asks the intake about every request before anything else is done with it.
 * A stream counts until it begins: it may stay open for hours and costs little.
 */
export function shedLoad(
  fastify: FastifyInstance,
  intake: AdmissionController,
  logger: Logger,
): void {
  fastify.addHook("onRequest", (request, reply, done) => {
    if (intake.isEnding) void reply.header("connection", "close");
    // A WebSocket that begins while the process ends would be closed at once.
    const isLate = intake.isEnding && isUpgrading(request.raw);
    const place = isLate ? null : intake.tryAdmit();
    if (place === null) {
      refuseBusy(request, reply, logger);
      return;
    }
    reply.place = place;
    // Also fires when the caller hangs up, where no answer is ever sent.
    reply.raw.once("close", () => place.release());
    done();
  });
  fastify.addHook("preHandler", (_request, reply, done) => {
    reply.place?.begin();
    done();
  });
  fastify.addHook("onSend", (_request, reply, payload, done) => {
    if (isStream(payload)) reply.place?.release();
    done(null, payload);
  });
}

declare module "fastify" {
  interface FastifyReply {
    /** The request's place among those that were taken on. */
    place?: RequestSlot;
  }
}

function refuseBusy(
  request: FastifyRequest,
  reply: FastifyReply,
  logger: Logger,
): void {
  const context = openContext(request.headers);
  request.callContext = context;
  void reply.headers(COMMON_HEADERS).header("x-request-id", context.requestId);
  const error = new GatewayError(ErrorCode.GATEWAY_BUSY, OVERLOADED);
  void refuse(request, reply, error, logger);
}

function isStream(payload: unknown): boolean {
  return (
    typeof payload === "object" &&
    payload !== null &&
    "pipe" in payload &&
    typeof payload.pipe === "function"
  );
}

const RESOLUTION_MS = 20;
const SAMPLE_MS = 250;

/**
 * The mean delay of the last quarter of a second: one long pause, such as a
 * collection of garbage, is not yet an overload.
 */
export function measuredDelay(): LoopDelay {
  const histogram: IntervalHistogram = monitorEventLoopDelay({
    resolution: RESOLUTION_MS,
  });
  histogram.enable();
  let delayMs = 0;
  const timer = setInterval(() => {
    const mean = histogram.mean / 1e6 - RESOLUTION_MS;
    delayMs = Number.isFinite(mean) ? Math.max(0, mean) : 0;
    histogram.reset();
  }, SAMPLE_MS).unref();
  return {
    now: () => delayMs,
    stop: () => {
      clearInterval(timer);
      histogram.disable();
    },
  };
}
