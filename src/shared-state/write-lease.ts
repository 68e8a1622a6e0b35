import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { SharedStore } from "./shared-store.js";

/** A holder that died blocks the others no longer than this. */
const LEASE_TTL_MS = 4_000;
const RENEW_EVERY_MS = 1_000;

/** How long a place in line is kept for a replica that asks again and again. */
const NEXT_TTL_MS = 1_000;

/** Longest pause between two tries; a message usually ends it much earlier. */
const TRY_AGAIN_MS = 150;

/**
 * Takes a free lease, unless another replica is next in line; whoever is
 * refused becomes next if nobody is. So two busy replicas take turns.
 */
const TAKE = `
local holder = redis.call('GET', KEYS[1])
local next = redis.call('GET', KEYS[2])
if holder == ARGV[1] or (not holder and (not next or next == ARGV[1])) then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  if next == ARGV[1] then redis.call('DEL', KEYS[2]) end
  return 1
end
if not next or next == ARGV[1] then redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[3]) end
return 0
`;

const RENEW = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`;

const GIVE_BACK = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`;

/**
 * The right to write to one directory, held by one replica at a time.
 *
 * It saves the vendor's refusals of concurrent writes, nothing more: no promise
 * rests on it. So a store that is away is no reason not to write, and a holder
 * that is stalled for longer than the lease lasts does no harm.
 */
export class WriteLease {
  private readonly token = randomUUID();
  private readonly keys: readonly [string, string];
  private readonly channel: string;
  private renewal: NodeJS.Timeout | undefined;
  private wake: AbortController | null = null;

  constructor(
    private readonly store: SharedStore,
    directory: string,
    private readonly now: () => number = () => performance.now(),
  ) {
    // Braces keep both keys in one slot where the store is a cluster.
    this.keys = [`write:{${directory}}:holder`, `write:{${directory}}:next`];
    this.channel = `write:{${directory}}:free`;
    store.listen(this.channel, () => this.wake?.abort());
  }

  /**
   * Waits for the lease, at most until `until` on the monotonic clock; goes on
   * without it when the store is away.
   *
   * @throws {GatewayError} CONCURRENT_CHANGE when it is not to be had in time
   */
  async take(until: number): Promise<void> {
    for (;;) {
      // A message that comes while the store is asked must not be missed.
      this.wake = new AbortController();
      const isMine = await this.ask(TAKE, [LEASE_TTL_MS, NEXT_TTL_MS]);
      if (isMine) return this.keep();
      const left = until - this.now();
      if (left <= 0) {
        throw new GatewayError(ErrorCode.CONCURRENT_CHANGE, {
          retryAfterSeconds: 1,
        });
      }
      const pause = Math.min(left, TRY_AGAIN_MS * (0.5 + Math.random() / 2));
      await delay(pause, undefined, { signal: this.wake.signal }).catch(
        () => undefined,
      );
    }
  }

  /** Gives it back without waiting for the store. */
  giveBack(): void {
    clearInterval(this.renewal);
    this.ask(GIVE_BACK, []).catch(() => undefined);
    this.store.publish(this.channel, "");
  }

  private keep(): void {
    this.renewal = setInterval(() => {
      void this.ask(RENEW, [LEASE_TTL_MS]);
    }, RENEW_EVERY_MS).unref();
  }

  /** True also when the store is away. */
  private async ask(script: string, args: number[]): Promise<boolean> {
    try {
      const answer = await this.store.run(script, this.keys, [
        this.token,
        ...args,
      ]);
      return answer !== 0;
    } catch {
      return true;
    }
  }
}
