import { randomUUID } from "node:crypto";
import {
  DECREASE,
  DECREASE_EVERY_MS,
} from "../../upstream/pacing/adaptive-limit.js";
import {
  BURST,
  LocalCallTokens,
  WINDOW_MS,
  type CallTokens,
  type TokenGrant,
} from "../../upstream/pacing/call-tokens.js";
import type { SharedStore } from "../shared-store.js";
import { stateKey } from "../state-formats.js";

/** Unused tokens of a batch may be used for this long; so the shared window is longer. */
const LEASE_MS = 50;

/** A replica that took no token for this long does not count as running. */
const REPLICA_TTL_MS = 60_000;

/** Maximum number of outcomes that one script counts. */
const MAX_OUTCOMES = 1_000;

/**
 * Takes tokens in a window that all replicas share. A value of another type counts as
 * absent. While another replica waits for tokens, each gets an equal share. Beyond the
 * burst, tokens are granted in even steps, as in `LocalCallTokens`. The rate that
 * the vendor accepts is lowered and raised as in `AdaptiveLimit`, by the outcomes of the
 * calls of all replicas.
 *
 * KEYS: tokens taken, replicas that run, replicas that wait, each a sorted set by time;
 * a hash with the rate.
 * ARGV: replica, limit, wanted, window, time to live of a replica, number of the batch,
 * configured rate, successful calls, and 1 if a call was throttled.
 */
const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local replica, limit, wanted = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local window, ttl, max = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[7])
for at, key in ipairs(KEYS) do
  local kind = redis.call('TYPE', key).ok
  if kind ~= 'none' and kind ~= (at == 4 and 'hash' or 'zset') then redis.call('DEL', key) end
  if at < 4 then redis.call('ZREMRANGEBYSCORE', key, '-inf', now - (at == 2 and ttl or window)) end
end
local stored = redis.call('HMGET', KEYS[4], 'value', 'loweredAt')
local rate = string.match(stored[1] or '', '^%d+%.?%d*$') and tonumber(stored[1]) or max
rate = math.max(1, math.min(max, rate))
local loweredAt = string.match(stored[2] or '', '^%d+$') and tonumber(stored[2]) or 0
for n = 1, tonumber(ARGV[8]) do rate = math.min(max, rate + 1 / rate) end
if ARGV[9] == '1' and now - loweredAt >= ${DECREASE_EVERY_MS} then
  rate, loweredAt = math.max(1, rate * ${DECREASE}), now
end
if rate < max then
  redis.call('HSET', KEYS[4], 'value', string.format('%.6f', rate), 'loweredAt', string.format('%.0f', loweredAt))
  redis.call('PEXPIRE', KEYS[4], ttl)
else
  redis.call('DEL', KEYS[4])
end
limit = math.min(limit, math.floor(rate))
redis.call('ZADD', KEYS[2], now, replica)
local replicas = redis.call('ZCARD', KEYS[2])
local others = 0
for _, name in ipairs(redis.call('ZRANGE', KEYS[3], 0, -1)) do
  if name ~= replica then others = others + 1 end
end
local taken = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
local used, own = #taken / 2, 0
local free = limit - used
if others > 0 then
  for at = 1, #taken, 2 do
    if string.sub(taken[at], 1, #replica) == replica then own = own + 1 end
  end
  free = math.min(free, math.ceil(limit / (others + 1)) - own)
end
local burst = math.max(1, math.floor(limit * ${BURST})) - used
local retry = tonumber(taken[2] or now) + window - now
if burst > 0 then
  free = math.min(free, burst)
elseif used < limit then
  local last, step = tonumber(taken[#taken]), 0
  for n = 0, used - 1 do
    step = math.max(step, (taken[2 * n + 2] + window - last) / (limit - used + n))
  end
  local left = math.ceil(last + step - now)
  if left > 0 then
    free = 0
    retry = math.min(retry, left)
  else
    free = math.min(free, 1)
  end
end
local granted = math.max(0, math.min(free, wanted))
for n = 1, granted do
  redis.call('ZADD', KEYS[1], now, replica .. ':' .. ARGV[6] .. ':' .. n)
end
if granted < wanted then redis.call('ZADD', KEYS[3], now, replica)
elseif wanted > 0 then redis.call('ZREM', KEYS[3], replica) end
redis.call('PEXPIRE', KEYS[1], window)
redis.call('PEXPIRE', KEYS[2], ttl)
redis.call('PEXPIRE', KEYS[3], window)
return { granted, math.max(1, retry), replicas, others, used + granted, string.format('%.6f', rate) }
`;

/**
 * Tokens that all replicas share through Redis. A batch for all waiting calls, and for
 * a few that are likely to follow, costs one round trip. While Redis is unavailable, each
 * replica uses an equal share of the limit.
 */
export class RedisCallTokens implements CallTokens {
  private readonly replica = randomUUID();
  private readonly keys: readonly string[];
  /** Everything that this replica took, for when Redis becomes unavailable. */
  private readonly local: LocalCallTokens;
  private batches = 0;
  /** Unused tokens of the last batch, and until when they may be used. */
  private lease = { left: 0, untilMs: 0 };
  private recentAtMs: number[] = [];
  /** Outcomes that the shared rate does not contain yet. */
  private successes = 0;
  private isThrottled = false;
  private seen = { replicas: 1, others: 0, used: 0, atMs: 0 };

  /** @param minReplicas known number of replicas, such as the workers of this machine */
  constructor(
    private readonly store: Pick<SharedStore, "run" | "isUnavailable">,
    name: string,
    private readonly minReplicas = 1,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.local = new LocalCallTokens(now);
    // Braces are a hash tag: they keep the keys in one slot of a Redis cluster.
    this.keys = ["taken", "replicas", "waiting", "rate"].map(
      (part) => `${stateKey("pace")}:{${name}}:${part}`,
    );
  }

  get share(): number {
    return this.store.isUnavailable
      ? 1 / this.replicas
      : 1 / (this.seen.others + 1);
  }

  available(limit: number): number {
    if (this.store.isUnavailable) {
      return this.local.available(this.localLimit(limit));
    }
    const isRecent = this.now() - this.seen.atMs < WINDOW_MS;
    return Math.max(0, limit - (isRecent ? this.seen.used : 0));
  }

  async take(wanted: number, limit: number, max = limit): Promise<TokenGrant> {
    const { lease } = this;
    if (lease.left > 0 && this.now() < lease.untilMs) {
      const granted = Math.min(wanted, lease.left);
      lease.left -= granted;
      return this.granted(granted);
    }
    try {
      return await this.takeShared(wanted, limit, max);
    } catch {
      const grant = this.local.take(wanted, this.localLimit(limit));
      this.recordUse(grant.granted);
      return grant;
    }
  }

  recordOutcome(isThrottled: boolean, max: number): void {
    if (!isThrottled) {
      this.successes = Math.min(MAX_OUTCOMES, this.successes + 1);
      return;
    }
    this.isThrottled = true;
    // At once, because the other replicas must slow down too.
    this.run(0, max, max).catch(() => undefined);
  }

  private async takeShared(
    wanted: number,
    limit: number,
    max: number,
  ): Promise<TokenGrant> {
    const sentAtMs = this.now();
    const batch = wanted + this.likelyToFollow();
    const { taken, retryInMs, rate } = await this.run(batch, limit, max);
    const granted = Math.min(wanted, taken);
    this.lease = { left: taken - granted, untilMs: sentAtMs + LEASE_MS };
    return granted > 0
      ? { ...this.granted(granted), rate }
      : { granted, retryInMs, rate };
  }

  /** Takes tokens, and adds the outcomes so far to the shared rate. */
  private async run(
    batch: number,
    limit: number,
    max: number,
  ): Promise<{ taken: number; retryInMs: number; rate: number }> {
    this.batches += 1;
    const { successes, isThrottled } = this;
    this.successes = 0;
    this.isThrottled = false;
    try {
      const answer = await this.store.run(TAKE, this.keys, [
        this.replica,
        limit,
        batch,
        WINDOW_MS + LEASE_MS,
        REPLICA_TTL_MS,
        this.batches,
        max,
        successes,
        isThrottled ? 1 : 0,
      ]);
      const [taken, retryInMs, replicas, others, used, rate] =
        numbersOf(answer);
      this.seen = { replicas, others, used, atMs: this.now() };
      return { taken, retryInMs, rate };
    } catch (error) {
      this.isThrottled ||= isThrottled;
      throw error;
    }
  }

  private granted(granted: number): TokenGrant {
    this.local.record(granted);
    this.recordUse(granted);
    return { granted, retryInMs: 0 };
  }

  /** Calls within the last lease time; as many are expected within the next one. */
  private likelyToFollow(): number {
    const since = this.now() - LEASE_MS;
    this.recentAtMs = this.recentAtMs.filter((at) => at > since);
    return this.recentAtMs.length;
  }

  private recordUse(count: number): void {
    for (let n = 0; n < count; n += 1) this.recentAtMs.push(this.now());
  }

  private get replicas(): number {
    return Math.max(this.minReplicas, this.seen.replicas);
  }

  private localLimit(limit: number): number {
    return Math.max(1, Math.floor(limit / this.replicas));
  }
}

type Numbers = [number, number, number, number, number, number];

/** The six numbers of the script's reply. */
function numbersOf(answer: unknown): Numbers {
  const values = Array.isArray(answer) ? answer.map(Number) : [];
  if (values.length !== 6 || !values.every(Number.isFinite)) {
    throw new TypeError("unexpected reply");
  }
  return values as Numbers;
}
