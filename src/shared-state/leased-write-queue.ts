import type { WriteTurn, WriteQueue } from "../upstream/writes/write-queue.js";
import type { WriteLease } from "./write-lease.js";

/**
 * One at a time over all replicas: the process's own queue first, then the
 * lease, so that a replica waits for the lease with one write only.
 */
export class LeasedWriteQueue implements WriteQueue {
  private readonly turn: WriteTurn;

  constructor(
    private readonly local: WriteQueue,
    private readonly lease: Pick<WriteLease, "take" | "confirm" | "giveBack">,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.turn = { confirm: (until) => lease.confirm(until) };
  }

  get length(): number {
    return this.local.length;
  }

  run<T>(
    write: (turn: WriteTurn) => Promise<T>,
    maxWaitMs: number,
    caller: string,
  ): Promise<T> {
    const until = this.now() + maxWaitMs;
    return this.local.run(
      async () => {
        await this.lease.take(until);
        try {
          return await write(this.turn);
        } finally {
          this.lease.giveBack();
        }
      },
      maxWaitMs,
      caller,
    );
  }
}
