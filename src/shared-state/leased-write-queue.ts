import type { WriteTurn, WriteQueue } from "../upstream/writes/write-queue.js";
import type { WriteLease } from "./write-lease.js";

/**
 * Runs one write at a time over all replicas. A write first waits in the queue of
 * its process, then for the lease, so that each replica has at most one write
 * waiting for the lease.
 */
export class LeasedWriteQueue implements WriteQueue {
  private readonly turn: WriteTurn;

  constructor(
    private readonly local: WriteQueue,
    private readonly lease: Pick<WriteLease, "acquire" | "confirm" | "release">,
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
        await this.lease.acquire(until);
        try {
          return await write(this.turn);
        } finally {
          this.lease.release();
        }
      },
      maxWaitMs,
      caller,
    );
  }
}
