import type { RecordedRequest } from "./record.js";

/** A call in the emulator's record, as `GET /_emulator/calls` returns it. */
export interface EmulatorCall {
  readonly callId: number;
  readonly action: string | null;
  /** ISO 8601 in UTC. */
  readonly at: string;
  /** `ok` or the vendor's error code. */
  readonly verdict: string | null;
}

/** Figures of one run. Times in milliseconds, shares in percent. */
export interface EconomyFigures {
  /** Requests answered completely, of all but the changes that were refused early. */
  readonly complete: number;
  readonly readP50Ms: number;
  readonly readP99Ms: number;
  readonly changes: number;
  readonly changesDone: number;
  readonly changeP50Ms: number;
  readonly changeP99Ms: number;
  /** Changes that were not carried out, with a time to retry, within `EARLY_MS`. */
  readonly refusedEarly: number;
  /** The same, but later. They count as not answered. */
  readonly refusedLate: number;
  /** Most vendor calls within any second, by action. */
  readonly mostCalls: Readonly<Record<string, number>>;
  readonly throttled: number;
  /** Calls saved, of those that the requests needed; 0 if the server does not say. */
  readonly saved: number;
  readonly maxAgeMs: number;
  /** Number of requests that were not answered completely, by reason. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** A refusal that comes later than this is not early. Our choice. */
export const EARLY_MS = 1_000;

/** @param record requests of the measured time, without the warm-up */
export function figuresOf(
  record: readonly RecordedRequest[],
  calls: readonly EmulatorCall[],
): EconomyFigures {
  const changes = record.filter(({ kind }) => isChange(kind));
  const done = changes.filter(({ ending }) => ending === "complete");
  const refused = changes.filter(({ ending }) => ending === "refused");
  const early = refused.filter((one) => durationOf(one) <= EARLY_MS);
  const complete = record.filter(({ ending }) => ending === "complete");
  const reads = record.filter(({ kind }) => !isChange(kind)).map(durationOf);
  const changed = done.map(durationOf);
  const requested = sumOf(record, ({ requestedCalls }) => requestedCalls);
  const made = sumOf(record, ({ madeCalls }) => madeCalls);
  return {
    complete:
      (100 * complete.length) / Math.max(1, record.length - early.length),
    readP50Ms: percentile(reads, 0.5),
    readP99Ms: percentile(reads, 0.99),
    changes: changes.length,
    changesDone: done.length,
    changeP50Ms: percentile(changed, 0.5),
    changeP99Ms: percentile(changed, 0.99),
    refusedEarly: early.length,
    refusedLate: refused.length - early.length,
    mostCalls: mostCallsOf(calls),
    throttled: calls.filter(({ verdict }) => verdict?.includes("Throttling"))
      .length,
    saved: requested === 0 ? 0 : 100 * (1 - made / requested),
    maxAgeMs: record.reduce((most, { ageMs }) => Math.max(most, ageMs), 0),
    reasons: reasonsOf(record),
  };
}

function isChange(kind: RecordedRequest["kind"]): boolean {
  return kind === "name" || kind === "address" || kind === "message";
}

function durationOf({ startedAtMs, endedAtMs }: RecordedRequest): number {
  return endedAtMs - startedAtMs;
}

function sumOf<T>(items: readonly T[], valueOf: (item: T) => number): number {
  return items.reduce((sum, item) => sum + valueOf(item), 0);
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
}

function mostCallsOf(calls: readonly EmulatorCall[]): Record<string, number> {
  const most: Record<string, number> = {};
  const recent = new Map<string, number[]>();
  for (const { action, at } of calls) {
    const name = action ?? "none";
    const atMs = Date.parse(at);
    const within = (recent.get(name) ?? []).filter((one) => one > atMs - 1_000);
    within.push(atMs);
    recent.set(name, within);
    most[name] = Math.max(most[name] ?? 0, within.length);
  }
  return most;
}

function reasonsOf(record: readonly RecordedRequest[]): Record<string, number> {
  const reasons: Record<string, number> = {};
  for (const { kind, ending, reason } of record) {
    if (ending === "complete") continue;
    const name = `${kind}: ${reason}`;
    reasons[name] = (reasons[name] ?? 0) + 1;
  }
  return reasons;
}
