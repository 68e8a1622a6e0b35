import type { WriteQueue } from "../upstream/write-queue.js";
import type { WriteLease } from "./write-lease.js";

/**
 * One at a time over all replicas: the process's own queue first, then the
 * lease, so that a replica waits for the lease with one write only.
 */
export class LeasedWriteQueue implements WriteQueue {
  constructor(
    private readonly local: WriteQueue,
    private readonly lease: Pick<WriteLease, "take" | "giveBack">,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get length(): number {
    return this.local.length;
  }

  run<T>(write: () => Promise<T>, maxWaitMs: number): Promise<T> {
    const until = this.now() + maxWaitMs;
    return this.local.run(async () => {
      await this.lease.take(until);
      try {
        return await write();
      } finally {
        this.lease.giveBack();
      }
    }, maxWaitMs);
  }
}
