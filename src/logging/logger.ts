import type { LoggerService } from "@nestjs/common";
import { pino, type DestinationStream, type Logger as Pino } from "pino";
import type { Config } from "../config/config.js";
import type { RefusalReason } from "../errors/refusal-reasons.js";
import type { LogEvent } from "./events.js";
import { ReportLimit, type OutputStatus, type StatusSource } from "./output.js";
import { sanitizeForLog } from "./redact.js";
import { RefusalSampler } from "./refusal-sampler.js";
import { StreamOutput } from "./stream-output.js";

/**
 * Fields allowed in a log line; any other field is a compile error. Fields that are
 * undefined are omitted.
 */
export interface LogFields {
  /** Stable name of the line; see `EVENTS`. Absent in lines about single requests. */
  readonly event?: LogEvent | undefined;
  readonly requestId?: string | undefined;
  /** Trace id of the W3C trace context; only if tracing is on. */
  readonly traceId?: string | undefined;
  /** `websocket` for an operation over a WebSocket; otherwise absent. */
  readonly protocol?: string | undefined;
  readonly operation?: string | undefined;
  readonly method?: string | undefined;
  readonly route?: string | undefined;
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  /** Why a request failed; see `RefusalReason`. */
  readonly reason?: RefusalReason | undefined;
  /** Name of the header that caused a refusal; never its value. */
  readonly header?: string | undefined;
  /** Close code of a WebSocket. */
  readonly closeCode?: number | undefined;
  /** Number of lines with the same reason that were not written. */
  readonly suppressed?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly outcome?: string | undefined;
  readonly upstreamCalls?: number | undefined;
  readonly upstreamRequestId?: string | null | undefined;
  /** Vendor code or transport reason of a failed call. */
  readonly upstreamFailure?: string | undefined;
  readonly directory?: string | undefined;
  readonly caller?: string | undefined;
  /** IP address of the client, or of the nearest proxy that is not trusted. */
  readonly address?: string | undefined;
  /** Origin of a page that may not call the gateway. */
  readonly refusedOrigin?: string | undefined;
  /** Names of the settings that would allow a refused request. */
  readonly settings?: string | undefined;
  readonly url?: string | undefined;
  readonly contactId?: string | null | undefined;
  /** Identifier of a token issuer from the configuration. */
  readonly issuer?: string | undefined;
  /** Why a part of the gateway fails: a short text or a system error code. */
  readonly cause?: string | undefined;
  readonly lost?: number | undefined;
  /** Process id; only in lines about the process itself. */
  readonly pid?: number | undefined;
  /** `read` or `write`: the circuit breaker that has changed. */
  readonly kind?: string | undefined;
  readonly version?: string | undefined;
  /** Settings that differ from their defaults; see `changedSettings`. */
  readonly changedSettings?: Readonly<Record<string, unknown>> | undefined;
  /** How callers authenticate. */
  readonly signIn?: string | undefined;
  /** Aliases of the directories. */
  readonly directories?: readonly string[] | undefined;
  readonly sharedState?: string | undefined;
  /** Number of worker processes. */
  readonly workers?: number | undefined;
  readonly drainMs?: number | undefined;
  readonly graceMs?: number | undefined;
  readonly requestsInFlight?: number | undefined;
  readonly requestsCutOff?: number | undefined;
  /** Number of requests that an overload has refused. */
  readonly refused?: number | undefined;
}

type Level = "debug" | "info" | "warn" | "error";

/** Settings of the log. Without a limit, lines of refused requests are not sampled. */
export type LogSettings = Pick<Config, "LOG_LEVEL"> &
  Partial<Pick<Config, "LOG_REFUSALS_PER_SECOND">>;

/** Identifies the request in which a fault occurred. */
interface FaultContext {
  readonly requestId?: string;
  readonly trace?: { readonly traceId: string };
}

/** Destination of the log; its status and `close` are optional. */
interface LogTarget extends DestinationStream, Partial<StatusSource> {
  close?(): void;
}

const WRITABLE: OutputStatus = { failure: null, lost: 0 };

/**
 * Structured log: one JSON object per line on standard output. While standard output
 * cannot be written, standard error gets one line per minute that reports it.
 *
 * Lines are built from an allow-list of fields, so that they cannot contain secrets
 * or personal data other than the address of the client.
 */
export class Logger {
  private readonly pino: Pino;
  private readonly target: LogTarget;
  private readonly sampler: RefusalSampler;

  constructor(config: LogSettings, destination?: LogTarget) {
    this.target = destination ?? standardOutput();
    this.sampler = new RefusalSampler(
      config.LOG_REFUSALS_PER_SECOND ?? Infinity,
      (reason, suppressed) =>
        this.log("info", "refusals were not logged", {
          event: "refusals-suppressed",
          reason: reason as RefusalReason,
          suppressed,
        }),
    );
    this.pino = pino(
      {
        level: config.LOG_LEVEL,
        base: null,
        timestamp: isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      this.target,
    );
  }

  log(level: Level, message: string, fields: LogFields = {}): void {
    this.pino[level](fields, message);
  }

  /**
   * Logs a refused request, unless the limit of lines with its reason is reached. The
   * number of suppressed lines is logged once a second.
   */
  logRefusal(
    level: Level,
    message: string,
    fields: LogFields & { readonly reason: RefusalReason },
  ): void {
    if (this.writes(level) && this.sampler.admits(fields.reason)) {
      this.log(level, message, fields);
    }
  }

  /** Whether lines of this level are written. */
  writes(level: Level): boolean {
    return this.pino.isLevelEnabled(level);
  }

  /**
   * Logs a bug of the gateway with its class and stack frames. The message is omitted,
   * because it may quote input of a caller.
   */
  fault(error: unknown, { requestId, trace }: FaultContext): void {
    const isError = error instanceof Error;
    this.pino.error(
      {
        event: "fault" satisfies LogEvent,
        requestId,
        ...(trace === undefined ? {} : { traceId: trace.traceId }),
        fault: isError ? sanitizeForLog(error.name) : typeof error,
        stack: isError ? framesOf(error) : undefined,
      },
      "fault",
    );
  }

  /** Logger for messages of NestJS. */
  get forNest(): LoggerService {
    const write =
      (level: Level) =>
      (message: unknown): void => {
        this.pino[level](sanitizeForLog(String(message)));
      };
    return {
      log: write("debug"),
      error: write("error"),
      warn: write("warn"),
      debug: write("debug"),
      verbose: write("debug"),
      fatal: write("error"),
    };
  }

  /** Whether lines can be written, and how many were lost. */
  get status(): OutputStatus {
    return this.target.status ?? WRITABLE;
  }

  /** Writes pending lines. Later lines are still written, without batching. */
  close(): void {
    this.sampler.report();
    this.target.close?.();
  }
}

/** Standard output; lost lines are reported on standard error. */
function standardOutput(): LogTarget {
  const errors = new StreamOutput(2, { isBatched: false });
  const report = new ReportLimit();
  const output = new StreamOutput(1, {
    isBatched: true,
    onLost: (_line, cause) => {
      if (!report.isDue) return;
      const { lost } = output.status;
      const line = {
        level: "error",
        time: new Date().toISOString(),
        event: "log-lost" satisfies LogEvent,
        cause,
        lost,
        msg: "the log cannot be written to standard output",
      };
      errors.write(`${JSON.stringify(line)}\n`);
    },
  });
  return {
    write: (line) => output.write(line),
    get status() {
      return output.status;
    },
    close: () => {
      output.close();
      errors.close();
    },
  };
}

let writtenAtSecond = -1;
let second = "";

/** Timestamp of a line. The second is cached, because many lines share it. */
function isoTime(): string {
  const nowMs = Date.now();
  const ms = nowMs % 1_000;
  const atSecond = nowMs - ms;
  if (atSecond !== writtenAtSecond) {
    writtenAtSecond = atSecond;
    second = new Date(atSecond).toISOString().slice(0, -"000Z".length);
  }
  const digits = ms < 10 ? `00${ms}` : ms < 100 ? `0${ms}` : `${ms}`;
  return `,"time":"${second}${digits}Z"`;
}

/** A stack frame of V8 with file, line and column. */
const FRAME = /^\s+at .*:\d+:\d+\)?$/;

/** Stack frames without the message, which may have several lines. */
function framesOf({ stack = "", message }: Error): string[] {
  const start = stack.indexOf(message);
  return stack
    .slice(start < 0 ? 0 : start + message.length)
    .split("\n")
    .filter((line) => FRAME.test(line))
    .slice(0, 20)
    .map((line) => line.trim());
}
