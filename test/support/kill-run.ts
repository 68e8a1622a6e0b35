import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { CallEntry } from "../../src/emulator/state/call-record.js";
import { NAMED_SEEDS, type Seed } from "../../src/emulator/contacts/seeds.js";
import type { WriteOperation } from "../../src/upstream/operations.js";
import { REST, type Input } from "./apis.js";
import { Replicas } from "./replicas.js";
import { until } from "./until.js";

/** Result of a run in which replicas were killed repeatedly. */
export interface KillFigures {
  readonly kills: number;
  readonly writes: number;
  /** Requests that were repeated with the same key. */
  readonly retries: number;
  readonly answeredOk: number;
  readonly answeredUnknown: number;
  readonly answeredRefused: number;
  /** Clients without a definite response long after the last kill. */
  readonly gaveUp: number;
  /** Writes that the vendor carried out more than once. */
  readonly doubleEffects: number;
  /** Success without effect, or failure with one. */
  readonly lies: number;
}

interface Write {
  readonly operation: WriteOperation;
  readonly input: Input;
  readonly key: string;
  /** Whether an entry of the vendor's call record belongs to this write. */
  readonly isMe: (entry: CallEntry) => boolean;
}

/** Codes after which the client repeats the request. */
const AGAIN: ReadonlySet<string> = new Set([
  "IDEMPOTENCY_IN_PROGRESS",
  "UPSTREAM_UNAVAILABLE",
  "STATE_UNAVAILABLE",
  "GATEWAY_BUSY",
  "UPSTREAM_THROTTLED",
  "CONCURRENT_CHANGE",
  "RATE_LIMITED",
]);

/**
 * A client gives up this long after the last kill. Before that, a write may fail
 * repeatedly, because replicas are killed faster than a lost write is released.
 */
const PATIENCE_MS = 120_000;

/** The gateway did not respond. */
const GAVE_UP = "GAVE_UP";

/** Writes of one round: two contacts to add, two messages to send. */
const SENDS_A_ROUND = 2;

/**
 * Kills a replica with SIGKILL while writes are in flight, `kills` times, each time
 * a little later. Each client repeats its write with one key until it has a definite
 * response. The result is compared with the vendor's call record.
 */
export async function killRun(
  entry: string,
  kills: number,
): Promise<KillFigures> {
  const replicas = await Replicas.start(
    entry,
    {
      seed: seedFor(kills * SENDS_A_ROUND),
      settings: { writeDurationMs: 25, messagesPerTargetPerMinute: 1_000 },
    },
    { VERIFICATION_EMAILS_PER_DAY: "100000" },
  );
  const record = new Record(replicas);
  const outcomes: Promise<string>[] = [];
  const writes: Write[] = [];
  let retries = 0;
  let lastKillAt = performance.now();
  const isTooLate = (): boolean => performance.now() > lastKillAt + PATIENCE_MS;
  try {
    for (let round = 0; round < kills; round += 1) {
      const victim = (round % 2) as 0 | 1;
      const ours = writesOf(round);
      const seen = record.writeCalls();
      writes.push(...ours);
      outcomes.push(
        ...ours.map((write) =>
          deliver(replicas, victim, write, isTooLate, () => (retries += 1)),
        ),
      );
      const wanted = seen + (round % (ours.length + 1));
      await until("writes arrive", () => record.writeCalls() >= wanted);
      await replicas.all[victim].kill();
      lastKillAt = performance.now();
      await replicas.replace(victim);
    }
    const codes = await Promise.all(outcomes);
    record.writeCalls();
    const executions = writes.map((write) => record.executionsOf(write));
    const count = (holds: (code: string, index: number) => boolean): number =>
      codes.filter(holds).length;
    return {
      kills,
      writes: writes.length,
      retries,
      answeredOk: count((code) => code === "OK"),
      answeredUnknown: count((code) => code === "OUTCOME_UNKNOWN"),
      answeredRefused: count(isRefusal),
      gaveUp: count((code) => code === GAVE_UP),
      doubleEffects: executions.filter((times) => times > 1).length,
      lies: count((code, index) =>
        code === "OK"
          ? executions[index] === 0
          : isRefusal(code) && executions[index] !== 0,
      ),
    };
  } finally {
    await replicas.stop();
  }
}

function isRefusal(code: string): boolean {
  return !["OK", "OUTCOME_UNKNOWN", GAVE_UP].includes(code);
}

/** One client: tries the replicas in turn until it has a definite response. */
async function deliver(
  replicas: Replicas,
  first: 0 | 1,
  { operation, input, key }: Write,
  isTooLate: () => boolean,
  onRetry: () => void,
): Promise<string> {
  for (let index: number = first; ; onRetry()) {
    if (isTooLate()) return GAVE_UP;
    const { url } = replicas.all[index] ?? replicas.a;
    try {
      const { code } = await REST.call(url, operation, input, {
        "idempotency-key": key,
      });
      if (!AGAIN.has(code)) return code;
      await delay(500);
    } catch {
      index = 1 - index;
      await delay(50);
    }
  }
}

/** Collects the vendor's call record before old entries are dropped. */
class Record {
  // An entry changes while its call runs, so each read replaces it.
  private readonly entries = new Map<number, CallEntry>();

  constructor(private readonly replicas: Replicas) {}

  writeCalls(): number {
    for (const entry of this.replicas.emulator.control.calls()) {
      if (/^(?:Add|Send)/.test(entry.action ?? "")) {
        this.entries.set(entry.callId, entry);
      }
    }
    return this.entries.size;
  }

  executionsOf(write: Write): number {
    return [...this.entries.values()].filter(
      (entry) => entry.executed && write.isMe(entry),
    ).length;
  }
}

function writesOf(round: number): Write[] {
  const adds = [0, 1].map((index): Write => {
    const name = `Added${letters(round * 2 + index)}`;
    return {
      operation: "addMessageContact",
      input: {
        name,
        emailAddress: `${name}@example.com`,
        title: "CEO",
        messageTypes: ["SERVICE_MESSAGE"],
      },
      key: randomUUID(),
      isMe: ({ action, params }) =>
        action === "AddMessageContact" && params["Name"] === name,
    };
  });
  const sends = [0, 1].map((index): Write => {
    const contact = contactId(round * SENDS_A_ROUND + index);
    return {
      operation: "sendEmailVerificationForMessageContact",
      input: { contactId: contact, emailAddress: `${contact}@example.com` },
      key: randomUUID(),
      isMe: ({ action, params }) =>
        action === "SendEmailVerificationForMessageContact" &&
        params["ContactId"] === contact,
    };
  });
  return [...adds, ...sends];
}

/** Contacts with a pending verification. */
function seedFor(count: number): Seed {
  return {
    directory: NAMED_SEEDS.sample.directory,
    contacts: Array.from({ length: count }, (_, index) => ({
      contactId: contactId(index),
      name: `Seeded${letters(index)}`,
      emailAddress: `${contactId(index)}@example.com`,
      title: "CEO",
      messageTypes: ["ServiceMessage"],
      status: "Verifying",
      createDate: "2023-03-27 17:19:21",
    })),
  };
}

function contactId(index: number): string {
  return `c-kill${String(index).padStart(6, "0")}`;
}

/** A number in letters, because names may not contain digits. */
function letters(index: number): string {
  return String(index).replace(
    /\d/g,
    (digit) => "abcdefghij"[Number(digit)] ?? "",
  );
}
