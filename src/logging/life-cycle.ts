import type { LogFields, Logger } from "./logger.js";

/** What a process reports when it starts. */
export type StartFacts = Required<
  Pick<
    LogFields,
    "version" | "changedSettings" | "signIn" | "directories" | "sharedState"
  >
> &
  Pick<LogFields, "workers">;

/**
 * Log lines about the life of one process. With several processes, each has its own
 * `pid`, so that the lines of one stream can be separated.
 */
export class LifeCycle {
  private readonly startedAtMs = performance.now();
  private stopsSinceMs: number | null = null;
  private hasStopped = false;

  constructor(private readonly logger: Pick<Logger, "log">) {}

  start(facts: StartFacts): void {
    this.write("info", "the gateway starts", { event: "start", ...facts });
  }

  /** @param url base URL that it serves */
  ready(url: string): void {
    const durationMs = since(this.startedAtMs);
    this.write("info", "the gateway is ready", {
      event: "ready",
      url,
      durationMs,
    });
  }

  /** Only the first call has an effect. */
  drain(
    times: Pick<LogFields, "drainMs" | "graceMs">,
    requestsInFlight?: number,
  ): void {
    if (this.stopsSinceMs !== null) return;
    this.stopsSinceMs = performance.now();
    this.write("info", "the gateway is stopping", {
      event: "drain",
      ...times,
      requestsInFlight,
    });
  }

  /** All work was finished. */
  stop(): void {
    this.end("info", { outcome: "graceful", requestsCutOff: 0 });
  }

  /** The process exits although requests are running. */
  forceStop(requestsCutOff?: number): void {
    this.end("error", { outcome: "forced", requestsCutOff });
  }

  private end(level: "info" | "error", about: LogFields): void {
    if (this.hasStopped) return;
    this.hasStopped = true;
    const durationMs = since(this.stopsSinceMs ?? performance.now());
    this.write(level, "the gateway has stopped", {
      event: "stop",
      ...about,
      durationMs,
    });
  }

  private write(
    level: "info" | "error",
    message: string,
    fields: LogFields,
  ): void {
    this.logger.log(level, message, { ...fields, pid: process.pid });
  }
}

function since(atMs: number): number {
  return Math.round(performance.now() - atMs);
}
