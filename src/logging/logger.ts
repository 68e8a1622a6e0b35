import type { LoggerService } from "@nestjs/common";
import { pino, type DestinationStream, type Logger as Pino } from "pino";
import type { Config } from "../config/config.js";
import { ReportLimit, type OutputStatus, type StatusSource } from "./output.js";
import { sanitizeForLog } from "./redact.js";
import { StreamOutput } from "./stream-output.js";

/**
 * What may stand in a log line; anything else does not
 * compile. A field without a value is left out of the line.
 */
export interface LogFields {
  readonly requestId?: string | undefined;
  /** Of the W3C trace context; only while traces are on. */
  readonly traceId?: string | undefined;
  readonly door?: string | undefined;
  readonly operation?: string | undefined;
  readonly method?: string | undefined;
  readonly route?: string | undefined;
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  readonly durationMs?: number | undefined;
  readonly outcome?: string | undefined;
  readonly attempts?: number | undefined;
  readonly upstreamCalls?: number | undefined;
  readonly upstreamRequestId?: string | null | undefined;
  readonly directory?: string | undefined;
  readonly caller?: string | undefined;
  readonly url?: string | undefined;
  readonly contactId?: string | null | undefined;
  /** Identifier of a token issuer, from the configuration. */
  readonly issuer?: string | undefined;
  /** Why something of the gateway's own fails, in a few words or a system code. */
  readonly cause?: string | undefined;
  readonly lost?: number | undefined;
}

type Level = "debug" | "info" | "warn" | "error";

/** What leads from a fault to its request. */
interface FaultContext {
  readonly requestId?: string;
  readonly trace?: { readonly traceId: string };
}

/** What the log is written to, as far as it is known here. */
interface LogTarget extends DestinationStream, Partial<StatusSource> {
  close?(): void;
}

const WRITABLE: OutputStatus = { failure: null, lost: 0 };

/**
 * The structured log: one JSON object a line on standard output. While standard
 * output cannot be written, one line a minute on standard error reports that.
 *
 * Lines are built from an allow-list of fields, so that neither a secret nor a
 * personal datum has a place in them.
 */
export class Logger {
  private readonly pino: Pino;

  private readonly target: LogTarget;

  constructor(config: Pick<Config, "LOG_LEVEL">, destination?: LogTarget) {
    this.target = destination ?? standardOutput();
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

  /** Whether lines of this level are written at all. */
  writes(level: Level): boolean {
    return this.pino.isLevelEnabled(level);
  }

  /**
   * A fault of the gateway. Its class and the places in our own code are
   * written, its message is not: it may quote what a caller sent.
   */
  fault(error: unknown, { requestId, trace }: FaultContext): void {
    const isError = error instanceof Error;
    this.pino.error(
      {
        requestId,
        ...(trace === undefined ? {} : { traceId: trace.traceId }),
        fault: isError ? sanitizeForLog(error.name) : typeof error,
        stack: isError ? framesOf(error) : undefined,
      },
      "fault",
    );
  }

  /** For the framework's own messages. */
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

  /** Whether its lines can be written, and how many could not. */
  get status(): OutputStatus {
    return this.target.status ?? WRITABLE;
  }

  /** Writes what is pending. Later lines are still taken, one by one. */
  close(): void {
    this.target.close?.();
  }
}

/** Standard output, with a report on standard error for lines that are lost. */
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

let writtenAtMs = 0;
let writtenAt = "";

/** The time of a line; under load many lines come in the same millisecond. */
function isoTime(): string {
  const nowMs = Date.now();
  if (nowMs !== writtenAtMs) {
    writtenAtMs = nowMs;
    writtenAt = `,"time":"${new Date(nowMs).toISOString()}"`;
  }
  return writtenAt;
}

/** A place in code, as V8 writes it: a file, a line, a column. */
const FRAME = /^\s+at .*:\d+:\d+\)?$/;

/** The stack without the message, which may have many lines of its own. */
function framesOf({ stack = "", message }: Error): string[] {
  const start = stack.indexOf(message);
  return stack
    .slice(start < 0 ? 0 : start + message.length)
    .split("\n")
    .filter((line) => FRAME.test(line))
    .slice(0, 20)
    .map((line) => line.trim());
}
