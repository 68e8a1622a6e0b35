import { monitorEventLoopDelay, type IntervalHistogram } from "node:perf_hooks";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { Logger } from "../logging/logger.js";
import { refuse } from "./refusal.js";
import { isUpgrading } from "./upgrades.js";

/** Limits of load shedding; 0 disables a limit. */
export interface AdmissionLimits {
  /** Maximum number of admitted requests. */
  readonly maxInFlight: number;
  /** Event loop delay above which requests are refused. */
  readonly maxDelayMs: number;
}

/** Event loop delay in milliseconds. */
export interface LoopDelay {
  now(): number;
  stop(): void;
}

/** Why a request is refused. */
export type ShedReason = "in-flight" | "event-loop-delay" | "closing";

/** An admitted request. */
export interface RequestSlot {
  /** The request is complete and its handler starts. */
  begin(): void;
  /** The response is sent, or the caller has disconnected. */
  release(): void;
}

/**
 * `Retry-After` of refused requests. The event loop delay is sampled more
 * often.
 */
const RETRY_AFTER_SECONDS = 1;

/** Error for a request that is not admitted. */
export function busyError(reason: ShedReason): GatewayError {
  return new GatewayError(ErrorCode.GATEWAY_BUSY, {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    reason,
  });
}

/**
 * Decides whether a request is admitted, and counts admitted requests.
 *
 * Refusing early is cheap: the request is neither authenticated nor its body
 * read, and the response has a `Retry-After`.
 */
export class AdmissionController {
  private state: "open" | "draining" | "closed" = "open";
  private readonly onIdle: (() => void)[] = [];
  private admitted = 0;
  private running = 0;
  private readonly refused: Record<ShedReason, number> = {
    "in-flight": 0,
    "event-loop-delay": 0,
    closing: 0,
  };

  constructor(
    private readonly limits: AdmissionLimits,
    private readonly delay: LoopDelay,
  ) {}

  get inFlight(): number {
    return this.admitted;
  }

  /** Number of refused requests, by reason. */
  get refusals(): Readonly<Record<ShedReason, number>> {
    return this.refused;
  }

  /** Whether connections should close after the response. */
  get isEnding(): boolean {
    return this.state !== "open";
  }

  /** Admits a request, or returns why it is refused. */
  tryAdmit(): RequestSlot | ShedReason {
    const reason = this.shedReason();
    if (reason !== null) {
      this.refused[reason] += 1;
      return reason;
    }
    this.admitted += 1;
    let stage: "admitted" | "running" | "released" = "admitted";
    return {
      begin: () => {
        if (stage !== "admitted") return;
        stage = "running";
        this.running += 1;
      },
      release: () => {
        if (stage === "released") return;
        if (stage === "running") this.endWork();
        stage = "released";
        this.admitted -= 1;
      },
    };
  }

  /**
   * Continues to admit requests, but closes their connections after the
   * response.
   */
  drain(): void {
    this.state = "draining";
  }

  /**
   * Refuses all requests; resolves once running handlers are done. Does not
   * wait for requests whose body is incomplete.
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

  private shedReason(): ShedReason | null {
    const { maxInFlight, maxDelayMs } = this.limits;
    if (this.state === "closed") return "closing";
    if (maxInFlight > 0 && this.admitted >= maxInFlight) return "in-flight";
    return maxDelayMs > 0 && this.delay.now() > maxDelayMs
      ? "event-loop-delay"
      : null;
  }
}

/**
 * Admits or refuses every request before any other hook. An event stream
 * releases its slot when it starts, because it can stay open for hours and
 * costs little.
 */
export function shedLoad(
  fastify: FastifyInstance,
  admission: AdmissionController,
  logger: Logger,
): void {
  fastify.addHook("onRequest", (request, reply, done) => {
    if (admission.isEnding) void reply.header("connection", "close");
    // During shutdown a new WebSocket would be closed at once.
    const isLate = admission.isEnding && isUpgrading(request.raw);
    const slot = isLate ? "closing" : admission.tryAdmit();
    if (typeof slot === "string") {
      refuseBusy(request, reply, slot, logger);
      return;
    }
    reply.requestSlot = slot;
    // `close` is also emitted when the caller disconnects before the response.
    reply.raw.once("close", () => slot.release());
    done();
  });
  fastify.addHook("preHandler", (_request, reply, done) => {
    reply.requestSlot?.begin();
    done();
  });
  fastify.addHook("onSend", (_request, reply, payload, done) => {
    if (isStream(payload)) reply.requestSlot?.release();
    done(null, payload);
  });
}

declare module "fastify" {
  interface FastifyReply {
    /** Slot of the admitted request. */
    requestSlot?: RequestSlot;
  }
}

function refuseBusy(
  request: FastifyRequest,
  reply: FastifyReply,
  reason: ShedReason,
  logger: Logger,
): void {
  void refuse(request, reply, busyError(reason), logger);
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
 * Delay that has lasted for two periods: the smaller of the last two. A single pause, such
 * as the first build of a page, is not an overload.
 */
export class LastingDelay {
  private beforeMs = 0;
  private lastMs = 0;

  /** @param meanMs mean delay of the period that ends now; NaN if nothing was measured */
  record(meanMs: number): void {
    this.beforeMs = this.lastMs;
    this.lastMs = Number.isFinite(meanMs) ? Math.max(0, meanMs) : 0;
  }

  get ms(): number {
    return Math.min(this.beforeMs, this.lastMs);
  }
}

/** Measures the event loop delay in periods of 250 ms. */
export function measuredDelay(): LoopDelay {
  const histogram: IntervalHistogram = monitorEventLoopDelay({
    resolution: RESOLUTION_MS,
  });
  histogram.enable();
  const delay = new LastingDelay();
  const timer = setInterval(() => {
    delay.record(histogram.mean / 1e6 - RESOLUTION_MS);
    histogram.reset();
  }, SAMPLE_MS).unref();
  return {
    now: () => delay.ms,
    stop: () => {
      clearInterval(timer);
      histogram.disable();
    },
  };
}
