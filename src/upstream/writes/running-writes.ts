import type { Operation } from "../operations.js";

/** A change that ran when the process was ended by force. */
export interface CutOffWrite {
  readonly requestId: string;
  readonly caller: string;
  readonly directory: string;
  readonly operation: Operation;
  /** Calls to the vendor so far; 0: nothing was sent. */
  readonly upstreamCalls: number;
}

/** The changes that run now, so that none is lost without a trace. */
export class RunningWrites {
  private readonly running = new Set<() => CutOffWrite>();

  /** @param cutOff records the change as one of unknown outcome */
  add(cutOff: () => CutOffWrite): void {
    this.running.add(cutOff);
  }

  remove(cutOff: () => CutOffWrite): void {
    this.running.delete(cutOff);
  }

  /** Records each running change on the audit trail. For the moment before exit. */
  cutOff(): readonly CutOffWrite[] {
    return [...this.running].map((cutOff) => cutOff());
  }
}
