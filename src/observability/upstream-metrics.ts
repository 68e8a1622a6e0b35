import type { SavedCalls } from "../context/request-context.js";
import { OPERATIONS, type Operation } from "../upstream/operations.js";
import type {
  AttemptRecord,
  UpstreamObserver,
} from "../upstream/upstream-observer.js";
import type { Metrics } from "./metrics.js";

/** Values of the label `source`. */
const SAVED_BY: Readonly<Record<keyof SavedCalls, string>> = {
  cache: "cache",
  inFlight: "in-flight",
  list: "list",
};

/** Outcomes that alerts watch. */
const ALERTED = [
  { outcome: "answered", code: "none" },
  { outcome: "final", code: "UPSTREAM_DENIED" },
  { outcome: "transient", code: "UPSTREAM_THROTTLED" },
] as const;

/** Counts upstream attempts, retries and read-backs. */
export class UpstreamMetrics implements UpstreamObserver {
  constructor(private readonly metrics: Metrics) {
    // Series that exist from the start let `rate()` see their first increment.
    for (const operation of Object.keys(OPERATIONS)) {
      metrics.attemptSeconds.zero({ operation });
      metrics.repeats.inc({ operation }, 0);
      metrics.requestedCalls.inc({ operation }, 0);
      for (const series of ALERTED) {
        metrics.attempts.inc({ operation, ...series }, 0);
      }
    }
    for (const [operation, { kind }] of Object.entries(OPERATIONS)) {
      if (kind !== "read") continue;
      for (const source of Object.values(SAVED_BY)) {
        metrics.savedCalls.inc({ operation, source }, 0);
      }
    }
  }

  attempted({ operation, kind, code, durationMs }: AttemptRecord): void {
    const labels = { operation, outcome: kind, code: code ?? "none" };
    this.metrics.attempts.inc(labels);
    this.metrics.attemptSeconds.observe({ operation }, durationMs / 1_000);
  }

  requested(operation: Operation): void {
    this.metrics.requestedCalls.inc({ operation });
  }

  saved(operation: Operation, by: keyof SavedCalls): void {
    this.metrics.savedCalls.inc({ operation, source: SAVED_BY[by] });
  }

  retried(operation: Operation): void {
    this.metrics.repeats.inc({ operation });
  }

  settled(operation: Operation, verdict: string): void {
    this.metrics.settlements.inc({ operation, verdict });
  }
}
