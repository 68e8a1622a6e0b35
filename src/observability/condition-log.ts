import type { LogEvent } from "../logging/events.js";
import type { Logger } from "../logging/logger.js";
import type { UpstreamObserver } from "../upstream/upstream-observer.js";
import type { ObservedConnections } from "./connection-gauges.js";

/** Interval between two looks at the number of refused requests. */
const POLL_MS = 1_000;

/** An overload is over after this many polls without a refused request. */
const QUIET_POLLS = 5;

const BREAKER_EVENTS = {
  open: ["error", "breaker-open", "the circuit breaker opens"],
  "half-open": [
    "info",
    "breaker-half-open",
    "the circuit breaker lets a call through",
  ],
  closed: ["info", "breaker-closed", "the circuit breaker closes"],
} as const satisfies Readonly<
  Record<string, readonly ["info" | "error", LogEvent, string]>
>;

/** Writes a log line when the state of a circuit breaker changes. */
export function logBreakers(
  logger: Pick<Logger, "log">,
): NonNullable<UpstreamObserver["breakerChanged"]> {
  return (directory, kind, state) => {
    const [level, event, message] = BREAKER_EVENTS[state];
    logger.log(level, message, { event, directory, kind });
  };
}

/** Runs a function at an interval; the returned function stops it. */
export type Every = (run: () => void, ms: number) => () => void;

const systemEvery: Every = (run, ms) => {
  const timer = setInterval(run, ms).unref();
  return () => clearInterval(timer);
};

/**
 * Writes one log line when requests begin to be refused with GATEWAY_BUSY, and one when
 * none was refused for five seconds. Refusals during the shutdown do not count.
 *
 * @returns a function that stops it
 */
export function logOverloads(
  admission: ObservedConnections["admission"],
  logger: Pick<Logger, "log">,
  every: Every = systemEvery,
  now: () => number = () => performance.now(),
): () => void {
  let seen = countOf(admission.refusals);
  let overload: { refused: number; sinceMs: number; quiet: number } | null =
    null;
  return every(() => {
    const { total, reason } = newSince(seen, admission.refusals);
    seen = countOf(admission.refusals);
    if (total > 0 && overload === null) {
      overload = { refused: 0, sinceMs: now(), quiet: 0 };
      logger.log("warn", "requests are refused: the gateway is overloaded", {
        event: "overload-begin",
        reason,
      });
    }
    if (overload === null) return;
    overload.refused += total;
    overload.quiet = total > 0 ? 0 : overload.quiet + 1;
    if (overload.quiet < QUIET_POLLS) return;
    const { refused, sinceMs } = overload;
    overload = null;
    logger.log("info", "requests are no longer refused", {
      event: "overload-end",
      refused,
      durationMs: Math.round(now() - sinceMs),
    });
  }, POLL_MS);
}

type Refusals = ObservedConnections["admission"]["refusals"];

type OverloadReason = Exclude<keyof Refusals, "closing">;

const OVERLOAD_REASONS: readonly OverloadReason[] = [
  "in-flight",
  "event-loop-delay",
];

function countOf(refusals: Refusals): Refusals {
  return { ...refusals };
}

/** Number of new refusals, and their most frequent reason. */
function newSince(
  before: Refusals,
  after: Refusals,
): { readonly total: number; readonly reason: OverloadReason } {
  const counts = OVERLOAD_REASONS.map((reason) => ({
    reason,
    count: after[reason] - before[reason],
  }));
  const [first = { reason: "in-flight" as const }] = [...counts].sort(
    (a, b) => b.count - a.count,
  );
  return {
    total: counts.reduce((sum, { count }) => sum + count, 0),
    reason: first.reason,
  };
}
