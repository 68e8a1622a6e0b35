import type { RequestContext } from "../context/request-context.js";
import type { ErrorCode } from "../errors/error-codes.js";
import type { Outcome } from "./attempts/attempt.js";
import type { Operation, WriteOperation } from "./operations.js";
import type { Settlement } from "./writes/settlement.js";

/** One finished attempt. Holds no parameter and no word of the vendor's message. */
export interface AttemptRecord {
  readonly operation: Operation;
  readonly durationMs: number;
  readonly kind: Outcome<unknown>["kind"];
  /** `OK`, the vendor's code, or the transport's reason: no closed list. */
  readonly outcome: string;
  /** What a refusal means outside; null where the vendor refused nothing. */
  readonly code: ErrorCode | null;
  readonly upstreamRequestId: string | null;
}

/** Sees what happens on the way to the vendor; must not throw. */
export interface UpstreamObserver {
  attempted(attempt: AttemptRecord): void;
  /** An attempt failed, and another one will follow. */
  retried(operation: Operation): void;
  /** What reading back told of a write whose answer was lost. */
  settled(operation: WriteOperation, verdict: Settlement<never>["kind"]): void;
  /** Follows single requests; absent where nobody does, which costs nothing. */
  readonly tracer?: UpstreamTracer;
}

/** Runs work inside what follows it, and gives back its result. */
export interface UpstreamTracer {
  /** One operation of a request, with its turn, its repeats and read-backs. */
  operation<T>(
    operation: Operation,
    context: RequestContext,
    run: () => Promise<T>,
  ): Promise<T>;
  /** Remembers the operation for work that a queue begins later. */
  bindContext<T>(run: () => T): () => T;
  /** One attempt inside it; `attempted` is called before it ends. */
  attempt<T>(operation: Operation, run: () => Promise<T>): Promise<T>;
}

/** Under this token the observer in use is injected. */
export const UPSTREAM_OBSERVER = Symbol("UpstreamObserver");

export const UNOBSERVED: UpstreamObserver = {
  attempted: () => undefined,
  retried: () => undefined,
  settled: () => undefined,
};
