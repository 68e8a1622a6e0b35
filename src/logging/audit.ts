import { hasSignIn, type Config } from "../config/config.js";
import { FileOutput } from "./file-output.js";
import type { Logger } from "./logger.js";
import { OutputHealth, type Output, type OutputStatus } from "./output.js";
import { StreamOutput } from "./stream-output.js";

/** Audit entry of one write. Contains no name, email address or phone number. */
export interface AuditEntry {
  readonly requestId: string;
  readonly caller: string;
  readonly directory: string;
  readonly operation: string;
  /** The vendor's contact id; null for a new contact that has none yet. */
  readonly contactId: string | null;
  /** `OK` or the error code. */
  readonly outcome: string;
  /** Upstream calls, including read-backs. */
  readonly upstreamCalls: number;
  readonly upstreamRequestId: string | null;
}

/** Receives lines of text. */
export interface LineTarget {
  write(line: string): unknown;
}

/** Format of the vendor's contact ids; anything else is free text from a caller. */
const CONTACT_ID = /^c-[A-Za-z0-9]{1,64}$/;

/** Matches a phone number that a caller sent instead of a contact id. */
const LONG_NUMBER = /\d{7}/;

/** Path of the audit file; null if the audit log is not written to a file. */
export function auditFileOf(config: Pick<Config, "AUDIT_LOG">): string | null {
  const { AUDIT_LOG: target = "none" } = config;
  return target === "none" || target === "stderr" ? null : target;
}

/** Writes an audit entry to the log when it cannot be written to its output. */
function toLog(logger: Pick<Logger, "log">) {
  return (line: string, failure: string): void => {
    const {
      at: _at,
      type: _type,
      ...entry
    } = JSON.parse(line) as AuditEntry & {
      readonly at: string;
      readonly type: string;
    };
    logger.log("error", "the audit log cannot be written", {
      event: "audit-lost",
      cause: failure,
      ...entry,
    });
  };
}

/**
 * Audit log: who changed what, as one JSON object per line with `"type":"audit"`, so that
 * it can be separated from a log in the same stream. It has its own output,
 * because it is kept longer than the log and has other readers.
 *
 * A line is written to its file, or passed to standard error, before the response is
 * sent. A line that cannot be written is counted and goes to the log. It never changes
 * the response, because the change has been executed.
 */
export class AuditTrail {
  private readonly health = new OutputHealth(() => undefined);

  constructor(
    private readonly target: LineTarget | Output | null,
    private readonly now: () => Date = () => new Date(),
    private readonly logger: Pick<Logger, "log"> | null = null,
  ) {}

  /** Opens the audit log that the configuration selects; see `at`. */
  static from(config: Config, logger: Logger): AuditTrail {
    const byDefault = hasSignIn(config) ? "stderr" : "none";
    return AuditTrail.at(config.AUDIT_LOG ?? byDefault, logger);
  }

  /**
   * @param output `none`, `stderr` or the path of a file, which is appended to
   * @param logger receives the entries that cannot be written
   * @throws {Error} if the file cannot be opened
   */
  static at(
    output: string,
    logger: Pick<Logger, "log"> | null = null,
  ): AuditTrail {
    const onLost = logger === null ? () => undefined : toLog(logger);
    const target =
      output === "none"
        ? null
        : output === "stderr"
          ? new StreamOutput(2, { isBatched: false, onLost })
          : new FileOutput(output, onLost);
    return new AuditTrail(target, undefined, logger);
  }

  /** Never throws. */
  record(entry: AuditEntry): void {
    if (this.target === null) return;
    const line = `${JSON.stringify({
      at: this.now().toISOString(),
      type: "audit",
      ...entry,
      contactId: loggedId(entry),
    })}\n`;
    try {
      this.target.write(line);
    } catch {
      this.health.recordFailure("unknown", [line]);
    }
  }

  /** Reopens the file after a log rotation. No line is lost or truncated. */
  reopen(): void {
    if (!(this.target instanceof FileOutput)) return;
    if (this.target.reopen()) {
      this.logger?.log("info", "the audit file was reopened", {
        event: "audit-reopened",
      });
      return;
    }
    this.logger?.log("error", "the audit file cannot be reopened", {
      event: "audit-not-reopened",
      cause: this.target.status.failure ?? undefined,
    });
  }

  get status(): OutputStatus {
    return this.target !== null && "status" in this.target
      ? this.target.status
      : this.health.status;
  }

  close(): void {
    if (this.target !== null && "close" in this.target) this.target.close();
  }
}

/**
 * The contact id, unless it may be free text from the caller. Only after a successful
 * change has the vendor confirmed the id.
 */
function loggedId({ contactId, outcome }: AuditEntry): string | null {
  if (contactId === null || !CONTACT_ID.test(contactId)) return null;
  return outcome === "OK" || !LONG_NUMBER.test(contactId) ? contactId : null;
}
