import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { RunningEmulator } from "../../src/emulator/emulator.server.js";
import type { RequestSpec } from "../soak/load.js";

/** Pause before a client repeats its change, in milliseconds. */
const PAUSE_MS = 1_000;

/** A client repeats a change with an unknown outcome this often with the same key. */
const MAX_UNKNOWN = 5;

/** Codes after which a client repeats its change with the same key. */
const AGAIN: ReadonlySet<string> = new Set([
  "CONCURRENT_CHANGE",
  "GATEWAY_BUSY",
  "IDEMPOTENCY_IN_PROGRESS",
  "INTERNAL",
  "RATE_LIMITED",
  "STATE_UNAVAILABLE",
  "UPSTREAM_THROTTLED",
  "UPSTREAM_UNAVAILABLE",
  "502",
  "504",
  "no response",
]);

/** A change that one client makes, however often the client has to send it. */
interface Change {
  readonly name: string;
  /** Code of the last response; null while the client still repeats the change. */
  outcome: string | null;
}

/** All changes, compared with what the vendor has executed. */
export interface ChangeVerdict {
  readonly made: number;
  readonly done: number;
  readonly refused: number;
  readonly unknown: number;
  /** Reported as done, but never executed. */
  readonly lost: number;
  /** Executed more than once. */
  readonly doubled: number;
  /** Reported as refused, but executed. */
  readonly denied: number;
  /** Without a definite response at the end. */
  readonly unfinished: number;
}

/**
 * Additions of contacts. Each has an idempotency key, and its client repeats it until the
 * response is definite. The result is compared with the vendor's record of calls.
 */
export class Changes {
  private readonly all: Change[] = [];
  /** Executed additions by the id of their call: the name of the contact. */
  private readonly executed = new Map<number, string>();

  /** @param send sends a request and resolves with its code */
  constructor(
    private readonly emulator: RunningEmulator,
    private readonly send: (spec: RequestSpec) => Promise<string>,
  ) {}

  /** Makes one change; resolves when its outcome is definite or `isOver` says so. */
  async make(isOver: () => boolean): Promise<void> {
    const change: Change = {
      name: `Drill${letters(this.all.length)}`,
      outcome: null,
    };
    this.all.push(change);
    const { name } = change;
    const spec: RequestSpec = {
      method: "POST",
      path: "/v1/message-contacts",
      headers: { "idempotency-key": randomUUID() },
      body: JSON.stringify({
        name,
        emailAddress: `${name}@example.com`,
        title: "CEO",
        messageTypes: ["SERVICE_MESSAGE"],
      }),
    };
    for (let unknown = 0; !isOver();) {
      const code = await this.send(spec);
      if (code === "OUTCOME_UNKNOWN") unknown += 1;
      const isDefinite =
        !AGAIN.has(code) &&
        (code !== "OUTCOME_UNKNOWN" || unknown > MAX_UNKNOWN);
      if (isDefinite) {
        change.outcome = code;
        return;
      }
      await delay(PAUSE_MS);
    }
  }

  /** Reads the vendor's record of calls, before it drops old entries. */
  collect(): void {
    for (const {
      callId,
      action,
      params,
      ...entry
    } of this.emulator.control.calls()) {
      if (action === "AddMessageContact" && entry.executed) {
        this.executed.set(callId, params["Name"] ?? "");
      }
    }
  }

  verdict(): ChangeVerdict {
    this.collect();
    const times = new Map<string, number>();
    for (const name of this.executed.values()) {
      times.set(name, (times.get(name) ?? 0) + 1);
    }
    const number = (
      holds: (outcome: string | null, executions: number) => boolean,
    ): number =>
      this.all.filter(({ name, outcome }) =>
        holds(outcome, times.get(name) ?? 0),
      ).length;
    return {
      made: this.all.length,
      done: number((outcome) => outcome === "OK"),
      refused: number(isRefusal),
      unknown: number((outcome) => outcome === "OUTCOME_UNKNOWN"),
      lost: number((outcome, count) => outcome === "OK" && count === 0),
      doubled: number((_, count) => count > 1),
      denied: number((outcome, count) => isRefusal(outcome) && count > 0),
      unfinished: number((outcome) => outcome === null),
    };
  }
}

function isRefusal(outcome: string | null): boolean {
  return outcome !== null && outcome !== "OK" && outcome !== "OUTCOME_UNKNOWN";
}

/** A number as letters, because names may not contain digits. */
function letters(index: number): string {
  return String(index).replace(
    /\d/g,
    (digit) => "abcdefghij"[Number(digit)] ?? "",
  );
}
