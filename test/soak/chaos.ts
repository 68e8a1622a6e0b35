import { randomUUID } from "node:crypto";
import type { CallEntry } from "../../src/emulator/state/call-record.js";
import { FAULT_EFFECTS } from "../../src/emulator/faults/fault-kinds.js";
import type { RunningEmulator } from "../../src/emulator/emulator.server.js";
import type { Gun, Hit, Shot } from "./load.js";

const ROOT = "/v1/message-contacts";

/** No call of a write is carried out later than this after its answer. */
const LATE_MS = 30_000;

/** Calls kept for judging: those of the last minutes at any load. */
const MOST_CALLS = 5_000;

/** Each kind of fault meets so many of the vendor's calls. */
export function disturb(emulator: RunningEmulator, share: number): void {
  for (const effect of FAULT_EFFECTS) {
    // An answer to an addition that names another contact cannot be told from a
    // right one: there the vendor would lie, not the gateway.
    if (effect === "wrongId") continue;
    emulator.control.addFault({ effect, probability: share });
  }
}

/** A write, and what its caller was told of it. */
interface Written {
  readonly what: string;
  readonly atMs: number;
  readonly isMe: (entry: CallEntry) => boolean;
  readonly code: string;
}

/**
 * Callers that read, add and delete, each write with a key of its own, and a
 * judge that holds what they were told to the vendor's record.
 */
export class Chaos {
  readonly latencies: number[] = [];
  untyped = 0;
  dropped = 0;
  lies = 0;
  doubleEffects = 0;
  unknown = 0;
  writes = 0;
  private count = 0;
  private pending: Written[] = [];
  // An entry is filled in while its call runs, so each look replaces it.
  private readonly calls = new Map<number, CallEntry>();

  constructor(
    private readonly gun: Gun,
    private readonly emulator: RunningEmulator,
    private readonly seeded: string,
  ) {}

  /** One caller's next step: mostly a read, now and then an addition and its deletion. */
  async step(): Promise<void> {
    this.count += 1;
    if (this.count % 8 !== 0) {
      this.note(await this.gun.fire(this.read()));
      return;
    }
    const name = `Soak${letters(this.count)}`;
    const added = await this.write(
      {
        method: "POST",
        path: ROOT,
        body: JSON.stringify({
          name,
          emailAddress: `${name}@example.com`,
          title: "CEO",
          messageTypes: ["SERVICE_MESSAGE"],
        }),
      },
      ({ action, params }) =>
        action === "AddMessageContact" && params["Name"] === name,
    );
    const id = /"id":"(c-[^"]+)"/.exec(added?.text ?? "")?.[1];
    if (added?.status !== 201 || id === undefined) return;
    await this.write(
      { method: "DELETE", path: `${ROOT}/${id}?retainContactInMembers=true` },
      ({ action, params }) =>
        action === "DeleteMessageContact" && params["ContactId"] === id,
    );
  }

  /**
   * Judges the writes that were answered long enough ago: a call that the
   * vendor received late may still be carried out after its caller gave up.
   */
  judge(isOver = false): void {
    for (const entry of this.emulator.control.calls()) {
      if (/^(?:Add|Delete)/.test(entry.action ?? "")) {
        this.calls.set(entry.callId, entry);
      }
    }
    const before = performance.now() - LATE_MS;
    const due = this.pending.filter(({ atMs }) => isOver || atMs < before);
    this.pending = this.pending.filter((write) => !due.includes(write));
    const executed = [...this.calls.values()].filter((one) => one.executed);
    for (const { what, isMe, code } of due) {
      const times = executed.filter(isMe).length;
      if (times > 1) this.doubleEffects += 1;
      if (code === "OUTCOME_UNKNOWN") this.unknown += 1;
      else if ((code === "OK") !== times > 0) {
        this.lies += 1;
        process.stdout.write(`lie  ${what} was told ${code}, ran ${times}\n`);
      }
    }
    for (const callId of this.calls.keys()) {
      if (this.calls.size <= MOST_CALLS) break;
      this.calls.delete(callId);
    }
  }

  private read(): Shot {
    return this.count % 2 === 0
      ? // Many pages: equal reads on their way would be one call.
        {
          method: "GET",
          path: `${ROOT}?pageNumber=${1 + (this.count % 1_000)}`,
        }
      : {
          method: "POST",
          path: "/graphql",
          body: JSON.stringify({
            query: `{ messageContact(id: "${this.seeded}") { id name status } }`,
          }),
        };
  }

  private async write(
    shot: Shot,
    isMe: (entry: CallEntry) => boolean,
  ): Promise<Hit | null> {
    this.writes += 1;
    const hit = await this.gun.fire({
      ...shot,
      headers: { "idempotency-key": randomUUID() },
    });
    this.note(hit);
    const what = `${shot.method} ${shot.path}`;
    if (hit !== null) {
      const atMs = performance.now();
      this.pending.push({ what, atMs, isMe, code: codeOf(hit) });
    }
    return hit;
  }

  private note(hit: Hit | null): void {
    if (hit === null) this.dropped += 1;
    else {
      this.latencies.push(hit.ms);
      if (hit.status >= 400 && codeOf(hit) === "") this.untyped += 1;
    }
  }
}

/** `OK`, or the code of the problem; empty where there is none. */
function codeOf({ status, text }: Hit): string {
  if (status < 300) return "OK";
  return /"code":"([A-Z_]+)"/.exec(text)?.[1] ?? "";
}

/** A number as letters: names hold no digits. */
function letters(index: number): string {
  return String(index).replace(
    /\d/g,
    (digit) => "abcdefghij"[Number(digit)] ?? "",
  );
}
