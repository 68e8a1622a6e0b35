import type { ErrorCode } from "../errors/error-codes.js";
import { OPERATIONS, type Operation } from "../upstream/operations.js";
import type {
  AttemptRecord,
  UpstreamObserver,
} from "../upstream/upstream-observer.js";
import type { Metrics } from "./metrics.js";
import type { Count, Spread } from "./counters.js";

/** What is counted of one operation towards the vendor. */
class OperationMeter {
  private readonly counts = new Map<string, Count>();
  private readonly seconds: Spread;
  readonly repeats: Count;

  constructor(
    private readonly metrics: Metrics,
    private readonly operation: Operation,
  ) {
    this.seconds = metrics.attemptSeconds.of(operation);
    this.repeats = metrics.repeats.of(operation);
  }

  attempted({ kind, code, durationMs }: AttemptRecord): void {
    this.countOf(kind, code).n += 1;
    this.seconds.add(durationMs / 1_000);
  }

  private countOf(kind: AttemptRecord["kind"], code: ErrorCode | null): Count {
    const key = code ?? kind;
    let count = this.counts.get(key);
    if (count === undefined) {
      count = this.metrics.attempts.of(this.operation, kind, code ?? "none");
      this.counts.set(key, count);
    }
    return count;
  }
}

/** Counts what happens on the way to the vendor. */
export class UpstreamMetrics implements UpstreamObserver {
  private readonly meters: ReadonlyMap<Operation, OperationMeter>;

  constructor(private readonly metrics: Metrics) {
    const operations = Object.keys(OPERATIONS) as Operation[];
    this.meters = new Map(
      operations.map((one) => [one, new OperationMeter(metrics, one)]),
    );
  }

  attempted(attempt: AttemptRecord): void {
    this.meters.get(attempt.operation)?.attempted(attempt);
  }

  retried(operation: Operation): void {
    const meter = this.meters.get(operation);
    if (meter !== undefined) meter.repeats.n += 1;
  }

  settled(operation: Operation, verdict: string): void {
    this.metrics.settlements.of(operation, verdict).n += 1;
  }
}
