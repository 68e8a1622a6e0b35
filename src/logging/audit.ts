import { pino } from "pino";

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

/**
 * Who changed what, one JSON object a line, in a stream of its own: it is kept
 * longer than a log and read by other people.
 *
 * A line is written before the answer is sent, so that no answer tells of a
 * change that the trail does not know.
 */
export class AuditTrail {
  constructor(
    private readonly target: LineTarget | null,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** @param place `none`, `stderr` or the path of a file, which is appended to */
  static at(place: string): AuditTrail {
    if (place === "none") return new AuditTrail(null);
    return new AuditTrail(
      place === "stderr"
        ? process.stderr
        : pino.destination({ dest: place, append: true, sync: true }),
    );
  }

  record(entry: AuditEntry): void {
    if (this.target === null) return;
    const { contactId } = entry;
    const line = {
      at: this.now().toISOString(),
      ...entry,
      contactId:
        contactId !== null && CONTACT_ID.test(contactId) ? contactId : null,
    };
    this.target.write(`${JSON.stringify(line)}\n`);
  }
}
