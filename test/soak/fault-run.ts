import { randomUUID } from "node:crypto";
import type { CallEntry } from "../../src/emulator/state/call-record.js";
import { FAULT_EFFECTS } from "../../src/emulator/faults/fault-kinds.js";
import type { RunningEmulator } from "../../src/emulator/emulator.server.js";
import type { LoadClient, TimedResponse, RequestSpec } from "./load.js";

const ROOT = "/v1/message-contacts";

/** Writes are checked this long after their response: a call may be executed late. */
const CHECK_AFTER_MS = 30_000;

/** Maximum number of calls kept for the checks; enough for several minutes. */
const MAX_CALLS = 5_000;

/** Adds each kind of fault with this probability per vendor call. */
export function addFaults(emulator: RunningEmulator, share: number): void {
  for (const effect of FAULT_EFFECTS) {
    // Excluded: the gateway cannot detect a response to an addition that names
    // another contact.
    if (effect === "wrongId") continue;
    emulator.control.addFault({ effect, probability: share });
  }
}

/** A write and the code of its response. */
interface AnsweredWrite {
  readonly what: string;
  readonly atMs: number;
  readonly isCall: (entry: CallEntry) => boolean;
  readonly code: string;
}

/**
 * Callers that read, add and delete, each write with its own idempotency key. Compares
 * the responses with the calls that the vendor has executed.
 */
export class FaultRun {
  readonly latencies: number[] = [];
  untyped = 0;
  dropped = 0;
  lies = 0;
  doubleEffects = 0;
  unknown = 0;
  writes = 0;
  private count = 0;
  private pending: AnsweredWrite[] = [];
  // Entries are completed while their call runs, so newer copies replace older ones.
  private readonly calls = new Map<number, CallEntry>();

  constructor(
    private readonly client: LoadClient,
    private readonly emulator: RunningEmulator,
    private readonly seeded: string,
  ) {}

  /** Next step of a caller: usually a read, every eighth time an addition and its deletion. */
  async step(): Promise<void> {
    this.count += 1;
    if (this.count % 8 !== 0) {
      this.record(await this.client.send(this.read()));
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
   * Checks the writes that were answered long enough ago: the vendor may execute a
   * call after its caller has given up.
   *
   * @param isFinal whether to check all remaining writes
   */
  checkWrites(isFinal = false): void {
    for (const entry of this.emulator.control.calls()) {
      if (/^(?:Add|Delete)/.test(entry.action ?? "")) {
        this.calls.set(entry.callId, entry);
      }
    }
    const before = performance.now() - CHECK_AFTER_MS;
    const due = this.pending.filter(({ atMs }) => isFinal || atMs < before);
    this.pending = this.pending.filter((write) => !due.includes(write));
    const executed = [...this.calls.values()].filter((one) => one.executed);
    for (const { what, isCall: isMe, code } of due) {
      const times = executed.filter(isMe).length;
      if (times > 1) this.doubleEffects += 1;
      if (code === "OUTCOME_UNKNOWN") this.unknown += 1;
      else if ((code === "OK") !== times > 0) {
        this.lies += 1;
        process.stdout.write(
          `wrong response  ${what} got ${code}, executed ${times} times\n`,
        );
      }
    }
    for (const callId of this.calls.keys()) {
      if (this.calls.size <= MAX_CALLS) break;
      this.calls.delete(callId);
    }
  }

  private read(): RequestSpec {
    return this.count % 2 === 0
      ? // Different pages, because equal concurrent reads share one call.
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
    spec: RequestSpec,
    isMe: (entry: CallEntry) => boolean,
  ): Promise<TimedResponse | null> {
    this.writes += 1;
    const response = await this.client.send({
      ...spec,
      headers: { "idempotency-key": randomUUID() },
    });
    this.record(response);
    const what = `${spec.method} ${spec.path}`;
    if (response !== null) {
      const atMs = performance.now();
      this.pending.push({ what, atMs, isCall: isMe, code: codeOf(response) });
    }
    return response;
  }

  private record(response: TimedResponse | null): void {
    if (response === null) this.dropped += 1;
    else {
      this.latencies.push(response.ms);
      if (response.status >= 400 && codeOf(response) === "") this.untyped += 1;
    }
  }
}

/** `OK`, or the code of the problem; empty if there is none. */
function codeOf({ status, text }: TimedResponse): string {
  if (status < 300) return "OK";
  return /"code":"([A-Z_]+)"/.exec(text)?.[1] ?? "";
}

/** A number as letters, because names may not contain digits. */
function letters(index: number): string {
  return String(index).replace(
    /\d/g,
    (digit) => "abcdefghij"[Number(digit)] ?? "",
  );
}
