import { hasSignIn, type Config } from "../config/config.js";
import { FileOutput } from "./file-output.js";
import type { Logger } from "./logger.js";
import { OutputHealth, type Output, type OutputStatus } from "./output.js";
import { StreamOutput } from "./stream-output.js";

/** What the trail keeps of one write. No name, no address, no number. */
export interface AuditEntry {
  readonly requestId: string;
  readonly caller: string;
  readonly directory: string;
  readonly operation: string;
  /** The vendor's identifier; null while a new contact has none. */
  readonly contactId: string | null;
  /** `OK` or the error code. */
  readonly outcome: string;
  /** Calls to the vendor, read-backs included. */
  readonly upstreamCalls: number;
  readonly upstreamRequestId: string | null;
}

/** Takes a line of text. */
export interface LineTarget {
  write(line: string): unknown;
}

/** Contact ids as the vendor writes them; anything else is what a caller typed. */
const CONTACT_ID = /^c-[A-Za-z0-9]{1,64}$/;

/** A phone number that a caller typed in place of an id. */
const LONG_NUMBER = /\d{7}/;

/** Path of the audit file; null where there is none. */
export function auditFileOf(config: Pick<Config, "AUDIT_LOG">): string | null {
  const { AUDIT_LOG: place = "none" } = config;
  return place === "none" || place === "stderr" ? null : place;
}

/** Writes the entry of a line that the trail could not take to the log. */
function toLog(logger: Pick<Logger, "log">) {
  return (line: string, failure: string): void => {
    const { at: _at, ...entry } = JSON.parse(line) as AuditEntry & {
      readonly at: string;
    };
    logger.log("error", "the audit trail cannot be written", {
      cause: failure,
      ...entry,
    });
  };
}

/**
 * Who changed what, one JSON object a line, in a stream of its own: it is kept
 * longer than a log and read by other people.
 *
 * A line is written to its file, or handed over to standard error, before the
 * response is sent. A line that cannot be written goes to the log and is
 * counted; it never changes the response, because the change was carried out.
 */
export class AuditTrail {
  private readonly health = new OutputHealth(() => undefined);

  constructor(
    private readonly target: LineTarget | Output | null,
    private readonly now: () => Date = () => new Date(),
    private readonly logger: Pick<Logger, "log"> | null = null,
  ) {}

  /** Made from the configuration; see `at`. */
  static from(config: Config, logger: Logger): AuditTrail {
    const usual = hasSignIn(config) ? "stderr" : "none";
    return AuditTrail.at(config.AUDIT_LOG ?? usual, logger);
  }

  /**
   * @param place `none`, `stderr` or the path of a file, which is appended to
   * @param logger takes the entries that the place cannot take
   * @throws {Error} where the file cannot be opened
   */
  static at(
    place: string,
    logger: Pick<Logger, "log"> | null = null,
  ): AuditTrail {
    const onLost = logger === null ? () => undefined : toLog(logger);
    const target =
      place === "none"
        ? null
        : place === "stderr"
          ? new StreamOutput(2, { isBatched: false, onLost })
          : new FileOutput(place, onLost);
    return new AuditTrail(target, undefined, logger);
  }

  /** Never throws. */
  record(entry: AuditEntry): void {
    if (this.target === null) return;
    const line = `${JSON.stringify({
      at: this.now().toISOString(),
      ...entry,
      contactId: loggedId(entry),
    })}\n`;
    try {
      this.target.write(line);
    } catch {
      this.health.recordFailure("unknown", [line]);
    }
  }

  /** Opens the file again, for after a rotation. No line is lost or cut. */
  reopen(): void {
    if (!(this.target instanceof FileOutput)) return;
    if (this.target.reopen()) {
      this.logger?.log("info", "the audit file was opened again");
      return;
    }
    this.logger?.log("error", "the audit file cannot be opened again", {
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

/** The vendor confirms the id of a change that it carried out, and no other. */
function loggedId({ contactId, outcome }: AuditEntry): string | null {
  if (contactId === null || !CONTACT_ID.test(contactId)) return null;
  return outcome === "OK" || !LONG_NUMBER.test(contactId) ? contactId : null;
}
