import type { Operation } from "../operations.js";

/** A write that was running when the process was forced to exit. */
export interface CutOffWrite {
  readonly requestId: string;
  readonly caller: string;
  readonly directory: string;
  readonly operation: Operation;
  /** Calls to the vendor so far; 0 means that nothing was sent. */
  readonly upstreamCalls: number;
}

/** Running writes, so that each is audited on a forced exit. */
export class RunningWrites {
  private readonly running = new Set<() => CutOffWrite>();

  /** @param cutOff records the write with an unknown outcome */
  add(cutOff: () => CutOffWrite): void {
    this.running.add(cutOff);
  }

  remove(cutOff: () => CutOffWrite): void {
    this.running.delete(cutOff);
  }

  /** Records each running write in the audit trail; called before a forced exit. */
  cutOff(): readonly CutOffWrite[] {
    return [...this.running].map((cutOff) => cutOff());
  }
}
