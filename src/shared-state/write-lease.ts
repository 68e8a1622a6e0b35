import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { SharedStore } from "./shared-store.js";
import { stateKey } from "./state-formats.js";

/** A holder that crashed blocks the other replicas at most this long. */
const LEASE_TTL_MS = 4_000;
const RENEW_EVERY_MS = 1_000;

/** A holder stops relying on its lease this long before expiry, because clocks drift. */
const SAFETY_MS = 500;

/** TTL of the queue head; the waiting replica renews it with each attempt. */
const QUEUE_HEAD_TTL_MS = 1_000;

/** Maximum pause between two attempts; the message of a release usually ends it earlier. */
const RETRY_MS = 150;

/**
 * Acquires the lease if it is free and no other replica is queued. A refused
 * replica becomes the queue head if there is none, so busy replicas alternate.
 * A value of another type or without a TTL counts as absent: it would block the
 * directory forever.
 */
const ACQUIRE = `
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

const RELEASE = `
if redis.call('TYPE', KEYS[1]).ok ~= 'string' or redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`;

/**
 * Lease for writes to one directory, held by one replica at a time.
 *
 * It only avoids rejections of concurrent writes by the vendor; correctness does not
 * depend on it. Therefore writes continue without it while Redis is unreachable. A
 * holder that was paused past the expiry acquires the lease again before it sends.
 */
export class WriteLease {
  private readonly token = randomUUID();
  private readonly keys: readonly [string, string];
  private readonly channel: string;
  private renewal: NodeJS.Timeout | undefined;
  /** Monotonic time until which no other replica can hold the lease. */
  private heldUntilMs = Number.NEGATIVE_INFINITY;
  private wake: AbortController | null = null;

  constructor(
    private readonly store: SharedStore,
    directory: string,
    private readonly now: () => number = () => performance.now(),
  ) {
    // Braces are a hash tag: they keep both keys in one slot of a Redis cluster.
    const name = `${stateKey("write")}:{${directory}}`;
    this.keys = [`${name}:holder`, `${name}:next`];
    this.channel = `${name}:free`;
    store.subscribe(this.channel, () => this.wake?.abort());
  }

  /**
   * Waits for the lease, at most until `until` on the monotonic clock. Returns without
   * it while Redis is unreachable.
   *
   * @throws {GatewayError} CONCURRENT_CHANGE if it cannot be acquired in time
   */
  async acquire(until: number): Promise<void> {
    for (;;) {
      // Created first: a message that arrives while the script runs must not be missed.
      this.wake = new AbortController();
      const sentAtMs = this.now();
      const isHeld = await this.runScript(ACQUIRE, [
        LEASE_TTL_MS,
        QUEUE_HEAD_TTL_MS,
      ]);
      if (isHeld) return this.hold(sentAtMs);
      const left = until - this.now();
      if (left <= 0) {
        throw new GatewayError(ErrorCode.CONCURRENT_CHANGE, {
          retryAfterSeconds: 1,
        });
      }
      const pause = Math.min(left, RETRY_MS * (0.5 + Math.random() / 2));
      await delay(pause, undefined, { signal: this.wake.signal }).catch(
        () => undefined,
      );
    }
  }

  /**
   * Returns at once while the lease cannot have expired. Otherwise acquires it again,
   * as `acquire` does.
   */
  async confirm(until: number): Promise<void> {
    if (this.now() >= this.heldUntilMs) await this.acquire(until);
  }

  /** Releases the lease without waiting for Redis. */
  release(): void {
    clearInterval(this.renewal);
    this.heldUntilMs = Number.NEGATIVE_INFINITY;
    this.runScript(RELEASE, []).catch(() => undefined);
    this.store.publish(this.channel, "");
  }

  private hold(sinceMs: number): void {
    clearInterval(this.renewal);
    this.heldUntilMs = sinceMs + LEASE_TTL_MS - SAFETY_MS;
    const renewal = setInterval(() => {
      const sentAtMs = this.now();
      void this.runScript(RENEW, [LEASE_TTL_MS]).then((isHeld) => {
        // Released, or acquired again, in the meantime.
        if (this.renewal !== renewal || this.heldUntilMs < 0) return;
        this.heldUntilMs = isHeld
          ? sentAtMs + LEASE_TTL_MS - SAFETY_MS
          : Number.NEGATIVE_INFINITY;
      });
    }, RENEW_EVERY_MS).unref();
    this.renewal = renewal;
  }

  /** Whether the script succeeded; also true while Redis is unreachable. */
  private async runScript(script: string, args: number[]): Promise<boolean> {
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
