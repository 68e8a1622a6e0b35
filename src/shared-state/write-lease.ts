import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { SharedStore } from "./shared-store.js";

/** A holder that died blocks the others no longer than this. */
const LEASE_TTL_MS = 4_000;
const RENEW_EVERY_MS = 1_000;

/** So much earlier a holder stops relying on its lease: clocks run differently. */
const SAFETY_MS = 500;

/** How long a place in line is kept for a replica that asks again and again. */
const NEXT_TTL_MS = 1_000;

/** Longest pause between two tries; a message usually ends it much earlier. */
const TRY_AGAIN_MS = 150;

/**
 * Acquires the lease if it is free and no other replica is queued. A refused
 * replica becomes the queue head if there is none, so busy replicas alternate.
 * A value that this program cannot have written, by its type or without a TTL,
 * counts as absent: it would block the directory for ever.
 */
const TAKE = `
local function read(key, ttl)
  if redis.call('TYPE', key).ok == 'none' then return false end
  local left = redis.call('PTTL', key)
  if redis.call('TYPE', key).ok == 'string' and left >= 0 and left <= tonumber(ttl) then
    return redis.call('GET', key)
  end
  redis.call('DEL', key)
  return false
end
local holder = read(KEYS[1], ARGV[2])
local next = read(KEYS[2], ARGV[3])
if holder == ARGV[1] or (not holder and (not next or next == ARGV[1])) then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  if next == ARGV[1] then redis.call('DEL', KEYS[2]) end
  return 1
end
if not next or next == ARGV[1] then redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[3]) end
return 0
`;

const RENEW = `
if redis.call('TYPE', KEYS[1]).ok ~= 'string' or redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`;

const GIVE_BACK = `
if redis.call('TYPE', KEYS[1]).ok ~= 'string' or redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`;

/**
 * The right to write to one directory, held by one replica at a time.
 *
 * It avoids the vendor's rejections of concurrent writes; no promise depends on
 * it. So writes go on while the store is unreachable. A holder that was stalled
 * for longer than the lease lasts acquires it again before it sends.
 */
export class WriteLease {
  private readonly token = randomUUID();
  private readonly keys: readonly [string, string];
  private readonly channel: string;
  private renewal: NodeJS.Timeout | undefined;
  /** Monotonic time up to which nobody else can hold the lease. */
  private heldUntilMs = Number.NEGATIVE_INFINITY;
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
      const askedAtMs = this.now();
      const isMine = await this.ask(TAKE, [LEASE_TTL_MS, NEXT_TTL_MS]);
      if (isMine) return this.keep(askedAtMs);
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

  /**
   * Returns at once while the lease cannot have expired, and acquires it again
   * otherwise; see `take`.
   */
  async confirm(until: number): Promise<void> {
    if (this.now() >= this.heldUntilMs) await this.take(until);
  }

  /** Gives it back without waiting for the store. */
  giveBack(): void {
    clearInterval(this.renewal);
    this.heldUntilMs = Number.NEGATIVE_INFINITY;
    this.ask(GIVE_BACK, []).catch(() => undefined);
    this.store.publish(this.channel, "");
  }

  private keep(sinceMs: number): void {
    clearInterval(this.renewal);
    this.heldUntilMs = sinceMs + LEASE_TTL_MS - SAFETY_MS;
    const renewal = setInterval(() => {
      const askedAtMs = this.now();
      void this.ask(RENEW, [LEASE_TTL_MS]).then((isMine) => {
        // Given back, or acquired anew, in the meantime.
        if (this.renewal !== renewal || this.heldUntilMs < 0) return;
        this.heldUntilMs = isMine
          ? askedAtMs + LEASE_TTL_MS - SAFETY_MS
          : Number.NEGATIVE_INFINITY;
      });
    }, RENEW_EVERY_MS).unref();
    this.renewal = renewal;
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
