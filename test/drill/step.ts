import { setTimeout as delay } from "node:timers/promises";
import type { Firing } from "./prometheus.js";
import type { Replica } from "./replica.js";
import type { Scene } from "./scene.js";
import type { Seen } from "./users.js";

/** One outage or maintenance of the drill. */
export interface Step {
  /** What happens, as a sentence. */
  readonly title: string;
  /** Alerts that must fire, and resolve once the cause has ended. */
  readonly alerts: readonly string[];
  /** Message that the log must contain. */
  readonly log?: string;
  /** Whether no alert may fire. */
  readonly isQuiet?: boolean;
  /** Minimum duration in seconds. */
  readonly seconds?: number;
  /** Why the step cannot run here; null if it can. */
  readonly obstacle?: (scene: Scene) => string | null;
  /**
   * Causes the outage.
   *
   * @returns ends it; absent if it ends by itself
   */
  readonly run: (scene: Scene) => Promise<(() => Promise<void>) | void>;
}

/** What happened in a step. */
export interface StepResult {
  readonly title: string;
  readonly seconds: number;
  readonly seen: Seen;
  /** Alerts that fired in the step; times in seconds, null if it did not happen. */
  readonly alerts: readonly {
    readonly alert: string;
    /** First time, since the cause began. */
    readonly firedAfter: number;
    /** Last time, since the cause ended; 0 if the alert had resolved before. */
    readonly resolvedAfter: number | null;
  }[];
  /** Number of log lines above level `info`, by message. */
  readonly log: ReadonlyMap<string, number>;
  /** Why the step failed; empty if it did not. */
  readonly problems: readonly string[];
}

/** Time limits in seconds. */
const FIRES_WITHIN = 75;
const RESOLVES_WITHIN = 90;

/** An outage in which more of the responses fail must not be silent. */
const SILENT_SHARE = 0.05;
const SILENT_COUNT = 5;

/** Codes that are no failure of the service. */
const FINE: ReadonlySet<string> = new Set(["OK", "IDEMPOTENCY_IN_PROGRESS"]);

/** Runs a step, and waits until its alerts have fired and resolved. */
export async function runStep(scene: Scene, step: Step): Promise<StepResult> {
  const { prometheus, users } = scene;
  users.take();
  readLog(scene.pods);
  const already = prometheus.firings.length;
  const fired = (): readonly Firing[] => prometheus.firings.slice(already);
  const hasFired = (alert: string): boolean =>
    fired().some((one) => one.alert === alert);
  const problems: string[] = [];
  const begunMs = performance.now();
  let endedMs = begunMs;
  try {
    const end = await step.run(scene);
    await waitFor(() => step.alerts.every(hasFired), FIRES_WITHIN);
    const soonest = begunMs + (step.seconds ?? 0) * 1_000;
    await delay(Math.max(0, soonest - performance.now()));
    endedMs = performance.now();
    await end?.();
  } catch (error) {
    problems.push(
      error instanceof Error ? error.message.trim() : String(error),
    );
  }
  await waitFor(() => prometheus.firing.length === 0, RESOLVES_WITHIN);
  const seen = users.take();
  const log = readLog(scene.pods);
  for (const alert of step.alerts) {
    if (!hasFired(alert)) problems.push(`${alert} did not fire`);
  }
  const alerts = [...new Set(fired().map(({ alert }) => alert))].map(
    (alert) => {
      const firings = fired().filter((one) => one.alert === alert);
      const resolved = firings.map(({ resolvedAtMs }) => resolvedAtMs);
      return {
        alert,
        firedAfter: seconds((firings[0]?.firedAtMs ?? begunMs) - begunMs),
        resolvedAfter: resolved.includes(null)
          ? null
          : Math.max(0, seconds(Math.max(...resolved.map(Number)) - endedMs)),
      };
    },
  );
  for (const { alert, resolvedAfter } of alerts) {
    if (resolvedAfter === null) problems.push(`${alert} did not resolve`);
    if (step.isQuiet === true) problems.push(`${alert} fired`);
  }
  if (alerts.length === 0 && isOutage(seen)) problems.push("silent outage");
  const { log: wanted } = step;
  if (
    wanted !== undefined &&
    ![...log.keys()].some((line) => line.includes(wanted))
  ) {
    problems.push(`the log does not contain "${wanted}"`);
  }
  const { title } = step;
  const took = seconds(performance.now() - begunMs);
  return { title, seconds: took, seen, alerts, log, problems };
}

/** Whether more requests failed than may fail without an alert. */
function isOutage({ reads, changes }: Seen): boolean {
  let all = 0;
  let failed = 0;
  for (const [code, count] of [...reads, ...changes]) {
    all += count;
    if (!FINE.has(code)) failed += count;
  }
  return failed > SILENT_COUNT && failed > all * SILENT_SHARE;
}

/** New lines above level `info`, without those of single requests, by level and message. */
function readLog(pods: readonly Replica[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of pods.flatMap((pod) => pod.newLines())) {
    if (line.level !== "warn" && line.level !== "error") continue;
    const why = line.cause ?? line.outcome ?? line.code;
    const text = `${line.level}: ${line.msg}${why === undefined ? "" : ` (${why})`}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}

async function waitFor(holds: () => boolean, within: number): Promise<void> {
  const end = performance.now() + within * 1_000;
  while (!holds() && performance.now() < end) await delay(100);
}

function seconds(ms: number): number {
  return Math.round(ms / 1_000);
}
