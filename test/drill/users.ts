import { setTimeout as delay } from "node:timers/promises";
import type { RunningEmulator } from "../../src/emulator/emulator.server.js";
import {
  LoadClient,
  type RequestSpec,
  type TimedResponse,
} from "../soak/load.js";
import { Changes, type ChangeVerdict } from "./changes.js";

const READS_PER_SECOND = 20;
const CHANGES_PER_SECOND = 2;

/** Clients of a crowd wait this long after a failure, in milliseconds. */
const PAUSE_MS = 500;

/** Number of responses by code; `OK` for success. */
type Codes = Map<string, number>;

/** What users saw: responses to reads and to changes. */
export interface Seen {
  readonly reads: Codes;
  readonly changes: Codes;
}

/** Users who read and add contacts all the time, through the proxy. */
export class Users {
  private readonly client: LoadClient;
  private readonly changes: Changes;
  private readonly running = new Set<Promise<void>>();
  private seen: Seen = { reads: new Map(), changes: new Map() };
  private isOver = false;

  /**
   * @param url of the proxy
   * @param key API key of all users
   * @param contactId an existing contact
   */
  constructor(
    url: string,
    private readonly key: string,
    private readonly contactId: string,
    emulator: RunningEmulator,
  ) {
    this.client = new LoadClient(url, 2_000);
    this.changes = new Changes(emulator, (spec) => this.send("changes", spec));
  }

  /** Starts the load, which does not wait for responses. */
  start(): void {
    const read = async (count: number): Promise<void> => {
      await this.send("reads", this.readOf(count));
    };
    void this.every(1_000 / READS_PER_SECOND, read);
    void this.every(1_000 / CHANGES_PER_SECOND, () =>
      this.changes.make(() => this.isOver),
    );
  }

  /**
   * Adds `clients` users, each of whom sends requests one after the other. The result
   * ends them.
   */
  crowd(
    kind: keyof Seen,
    clients: number,
    next: (count: number) => RequestSpec,
  ): () => Promise<void> {
    let count = 0;
    let isDone = false;
    const all = Array.from({ length: clients }, async () => {
      while (!isDone && !this.isOver) {
        const code = await this.send(kind, next((count += 1)));
        if (code !== "OK") await delay(PAUSE_MS);
      }
    });
    return async () => {
      isDone = true;
      await Promise.all(all);
    };
  }

  /** Responses since the last call. */
  take(): Seen {
    const { seen } = this;
    this.seen = { reads: new Map(), changes: new Map() };
    this.changes.collect();
    return seen;
  }

  /** Ends the load; changes get `ms` to finish. */
  async stop(ms: number): Promise<ChangeVerdict> {
    this.isStopping = true;
    await Promise.race([Promise.all(this.running), delay(ms)]);
    this.isOver = true;
    const verdict = this.changes.verdict();
    await this.client.close();
    return verdict;
  }

  private isStopping = false;

  /** Runs `step` at a fixed rate, without waiting for its end. */
  private async every(
    ms: number,
    step: (count: number) => Promise<void>,
  ): Promise<void> {
    const begun = performance.now();
    for (let count = 0; !this.isStopping; count += 1) {
      const run = step(count).finally(() => this.running.delete(run));
      this.running.add(run);
      await delay(Math.max(0, begun + (count + 1) * ms - performance.now()));
    }
  }

  private async send(kind: keyof Seen, spec: RequestSpec): Promise<string> {
    const response = await this.client.send({
      ...spec,
      headers: { ...spec.headers, authorization: `Bearer ${this.key}` },
    });
    const code = codeOf(response);
    const codes = this.seen[kind];
    codes.set(code, (codes.get(code) ?? 0) + 1);
    return code;
  }

  /** Reads over both APIs; pages differ, so that the cache does not hide an outage. */
  private readOf(count: number): RequestSpec {
    return count % 2 === 0
      ? {
          method: "GET",
          path: `/v1/message-contacts?pageSize=5&pageNumber=${1 + (count % 500)}`,
        }
      : {
          method: "POST",
          path: "/graphql",
          body: JSON.stringify({
            query: `{ messageContact(id: "${this.contactId}") { id name status } }`,
          }),
        };
  }
}

/** `OK`, the code of an error in either API, or the status if it has none. */
function codeOf(response: TimedResponse | null): string {
  if (response === null) return "no response";
  const [, code] = /"code":"([A-Z_]+)"/.exec(response.text) ?? [];
  if (code !== undefined) return code;
  return response.status < 300 ? "OK" : String(response.status);
}
