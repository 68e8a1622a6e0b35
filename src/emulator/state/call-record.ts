import type { RpcCall } from "./call.js";

/** What happened to one call on the RPC endpoint. */
export interface CallEntry {
  /** Counts from 1. */
  readonly callId: number;
  /** ISO 8601, UTC, by the emulator's clock. */
  readonly at: string;
  readonly requestId: string;
  readonly method: string;
  /** As sent; null when there was none. */
  readonly action: string | null;
  readonly accessKeyId: string | null;
  /** As sent, without Signature and SecurityToken. */
  readonly params: Readonly<Record<string, string>>;
  /** `ok` or the vendor code; null while undecided, and for a call that a fault swallowed. */
  verdict: string | null;
  /** Whether the action ran and was not refused. */
  executed: boolean;
  /** How many facts it changed and messages it sent. */
  effects: number;
  /** Effect of the fault that met the call. */
  fault: string | null;
}

/** Entries kept; older ones are dropped. A choice of the emulator. */
const MAX_ENTRIES = 10_000;
const SECRETS = new Set(["Signature", "SecurityToken"]);

/** The latest calls, oldest first. */
export class CallRecord {
  #entries: CallEntry[] = [];
  #count = 0;

  constructor(private readonly capacity = MAX_ENTRIES) {}

  /** Enters a call; the entry is filled in as the call goes on. */
  open(call: RpcCall, now: number): CallEntry {
    this.#count += 1;
    const entry: CallEntry = {
      callId: this.#count,
      at: new Date(now).toISOString(),
      requestId: call.requestId,
      method: call.method,
      action: call.common.actionName ?? null,
      accessKeyId: call.common.accessKeyId ?? null,
      params: Object.fromEntries(
        call.params.entries().filter(([name]) => !SECRETS.has(name)),
      ),
      verdict: null,
      executed: false,
      effects: 0,
      fault: null,
    };
    this.#entries.push(entry);
    // Dropped in blocks, so that a full record does not make each call slower.
    if (this.#entries.length >= 2 * this.capacity) this.#trim();
    return entry;
  }

  all(): readonly CallEntry[] {
    return this.#entries.slice(-this.capacity);
  }

  clear(): void {
    this.#entries = [];
  }

  #trim(): void {
    this.#entries = this.#entries.slice(-this.capacity);
  }
}
