import type { RequestContext, SavedCalls } from "../context/request-context.js";
import type { ErrorCode } from "../errors/error-codes.js";
import type { BreakerState } from "./attempts/call-policy.js";
import type { Outcome } from "./attempts/outcome.js";
import type { Operation, WriteOperation } from "./operations.js";
import type { Settlement } from "./writes/settlement.js";

/** One finished attempt. Contains neither parameters nor the vendor's message. */
export interface AttemptRecord {
  readonly operation: Operation;
  readonly durationMs: number;
  readonly kind: Outcome<unknown>["kind"];
  /** `OK`, the vendor's code, or the transport's reason: an open set. */
  readonly outcome: string;
  /** The gateway's error code for a rejection; null if the vendor rejected nothing. */
  readonly code: ErrorCode | null;
  readonly upstreamRequestId: string | null;
  /** HTTP status of the response; absent without a complete response. */
  readonly httpStatus?: number;
}

/** Receives events of upstream calls; must not throw. */
export interface UpstreamObserver {
  attempted(attempt: AttemptRecord): void;
  /** An attempt failed and will be followed by another one. */
  retried(operation: Operation): void;
  /** A request needs a vendor call, which the cache or another read may save. */
  requested?(operation: Operation): void;
  /** A read was answered without a separate call; see `SavedCalls`. */
  saved?(operation: Operation, by: keyof SavedCalls): void;
  /** A write whose response was lost was settled by reading back. */
  settled(operation: WriteOperation, verdict: Settlement<never>["kind"]): void;
  /** The circuit breaker for the reads or the writes of a directory has changed. */
  breakerChanged?(
    directory: string,
    kind: "read" | "write",
    state: BreakerState,
  ): void;
  /** Traces single requests; absent when tracing is off. */
  readonly tracer?: UpstreamTracer;
}

/** Runs functions inside spans and returns their results. */
export interface UpstreamTracer {
  /** Span of one operation: waiting, retries and read-backs included. */
  operation<T>(
    operation: Operation,
    context: RequestContext,
    run: () => Promise<T>,
  ): Promise<T>;
  /** Binds the current trace context to a function that a queue calls later. */
  bindContext<T>(run: () => T): () => T;
  /** Span of one attempt; `attempted` is called before it ends. */
  attempt<T>(operation: Operation, run: () => Promise<T>): Promise<T>;
}

/** Injection token of the observer in use. */
export const UPSTREAM_OBSERVER = Symbol("UpstreamObserver");

export const UNOBSERVED: UpstreamObserver = {
  attempted: () => undefined,
  retried: () => undefined,
  settled: () => undefined,
};
