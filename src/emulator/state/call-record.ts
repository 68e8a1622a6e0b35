import type { RpcCall } from "./call.js";

/** Record of one call on the RPC endpoint. */
export interface CallEntry {
  /** Starts at 1. */
  readonly callId: number;
  /** ISO 8601 in UTC, from the emulator's clock. */
  readonly at: string;
  readonly requestId: string;
  readonly method: string;
  /** As sent; null when absent. */
  readonly action: string | null;
  readonly accessKeyId: string | null;
  /** As sent, without Signature and SecurityToken. */
  readonly params: Readonly<Record<string, string>>;
  /** `ok` or the vendor code. null before the response, and when a fault replaced it. */
  verdict: string | null;
  /** Whether the action was executed successfully. */
  executed: boolean;
  /** Number of changes made plus messages sent. */
  effects: number;
  /** Effect of the fault that was applied, or null. */
  fault: string | null;
}

/** Maximum number of entries; older ones are dropped. The emulator's choice. */
const MAX_ENTRIES = 10_000;
const SECRET_PARAMETERS = new Set(["Signature", "SecurityToken"]);

/** The latest calls, oldest first. */
export class CallRecord {
  #entries: CallEntry[] = [];
  #count = 0;

  constructor(private readonly capacity = MAX_ENTRIES) {}

  /** Adds an entry, which the endpoint completes while it handles the call. */
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
        call.params.entries().filter(([name]) => !SECRET_PARAMETERS.has(name)),
      ),
      verdict: null,
      executed: false,
      effects: 0,
      fault: null,
    };
    this.#entries.push(entry);
    // Trim in blocks, so that a full record does not copy the list on each call.
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
