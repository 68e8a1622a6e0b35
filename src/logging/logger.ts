import type { LoggerService } from "@nestjs/common";
import { pino, type DestinationStream, type Logger as Pino } from "pino";
import type { Config } from "../config/config.js";
import { harmless } from "./redact.js";

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
}

/**
 * A pipe takes so much in one piece (`PIPE_BUF` of Linux): lines of several
 * processes on one pipe do not mix.
 */
const WHOLE_WRITE_BYTES = 4_096;

type Level = "debug" | "info" | "warn" | "error";

/** What leads from a fault to its request. */
interface FaultContext {
  readonly requestId?: string;
  readonly trace?: { readonly traceId: string };
}

/**
 * The structured log: one JSON object a line on standard output.
 *
 * Lines are built from an allow-list of fields, so that neither a secret nor a
 * personal datum has a place in them.
 */
export class Logger {
  private readonly pino: Pino;

  constructor(
    config: Pick<Config, "LOG_LEVEL">,
    destination?: DestinationStream,
  ) {
    this.pino = pino(
      {
        level: config.LOG_LEVEL,
        base: null,
        timestamp: isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      destination ??
        pino.destination({
          dest: 1,
          sync: false,
          // Lines go out together, at the latest after this many milliseconds.
          minLength: WHOLE_WRITE_BYTES - 512,
          maxWrite: WHOLE_WRITE_BYTES,
          periodicFlush: 100,
        }),
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
        fault: isError ? harmless(error.name) : typeof error,
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
        this.pino[level](harmless(String(message)));
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

  flush(): void {
    this.pino.flush();
  }
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
