import { Counts, Spreads, type Reading } from "./counters.js";

/** Begins the name of every metric of ours. */
const OURS = "message_contacts_";

/**
 * What the gateway counts. Values of labels come from closed lists, so that
 * neither an identifier nor a personal datum can become one.
 */
export class Metrics {
  readonly requests = new Counts(
    `${OURS}requests_total`,
    "Requests answered, by door, operation and code: OK or the error code, also where a payload carries it.",
    ["door", "operation", "code"],
  );
  readonly requestSeconds = new Spreads(
    `${OURS}request_duration_seconds`,
    "Seconds from a request's head to its whole answer; streams are not in it.",
    ["door", "operation"],
  );
  readonly replays = new Counts(
    `${OURS}idempotent_replays_total`,
    "Answers given again for an idempotency key.",
    ["operation"],
  );
  readonly attempts = new Counts(
    `${OURS}upstream_attempts_total`,
    "Attempts towards the vendor, by outcome class and, for refusals, the code they mean here.",
    ["operation", "outcome", "code"],
  );
  readonly attemptSeconds = new Spreads(
    `${OURS}upstream_attempt_duration_seconds`,
    "Seconds of one attempt towards the vendor, signing included.",
    ["operation"],
  );
  readonly repeats = new Counts(
    `${OURS}upstream_repeats_total`,
    "Attempts that follow a failed one of the same call.",
    ["operation"],
  );
  readonly settlements = new Counts(
    `${OURS}upstream_settlements_total`,
    "What reading back told of writes whose answer was lost: done, refused, missing or unknowable.",
    ["operation", "verdict"],
  );

  private readonly pulled: Reading[] = [];

  /** Adds values that are looked up when somebody asks. */
  look(reading: Reading): void {
    this.pulled.push({ ...reading, name: OURS + reading.name });
  }

  get counts(): readonly Counts[] {
    return [
      this.requests,
      this.replays,
      this.attempts,
      this.repeats,
      this.settlements,
    ];
  }

  get spreads(): readonly Spreads[] {
    return [this.requestSeconds, this.attemptSeconds];
  }

  get readings(): readonly Reading[] {
    return this.pulled;
  }
}
