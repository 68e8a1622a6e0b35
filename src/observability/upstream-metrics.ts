import { OPERATIONS, type Operation } from "../upstream/operations.js";
import type {
  AttemptRecord,
  UpstreamObserver,
} from "../upstream/upstream-observer.js";
import type { Metrics } from "./metrics.js";

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
      for (const series of ALERTED) {
        metrics.attempts.inc({ operation, ...series }, 0);
      }
    }
  }

  attempted({ operation, kind, code, durationMs }: AttemptRecord): void {
    const labels = { operation, outcome: kind, code: code ?? "none" };
    this.metrics.attempts.inc(labels);
    this.metrics.attemptSeconds.observe({ operation }, durationMs / 1_000);
  }

  retried(operation: Operation): void {
    this.metrics.repeats.inc({ operation });
  }

  settled(operation: Operation, verdict: string): void {
    this.metrics.settlements.inc({ operation, verdict });
  }
}
