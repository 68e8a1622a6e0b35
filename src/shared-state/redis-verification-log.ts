import { createHmac, randomUUID } from "node:crypto";
import {
  MemoryVerificationLog,
  type VerificationCaps,
  type VerificationLog,
  type VerificationOrder,
  type VerificationPlace,
} from "../message-contacts/verification-log.js";
import type { SharedStore } from "./shared-store.js";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/**
 * Takes a place by the store's own clock. The keys: the last message to the
 * pair, the messages to the target within a minute, the count of the day (the
 * third key is left out where no day is counted).
 */
const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local token, repeatKey, atMs = ARGV[1], ARGV[2], ARGV[3]
local cooldown, perMinute, perDay = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local before = redis.call('HMGET', KEYS[1], 'at', 'repeatKey', 'atMs')
local today = KEYS[3] and (tonumber(redis.call('GET', KEYS[3]) or '') or 0) or -1
if repeatKey ~= '' and before[2] == repeatKey then return { 'free', before[3] or atMs, today } end
local at = tonumber(before[1] or '') or 0
if at + cooldown > now then return { 'cooldown', at + cooldown - now } end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - ${MINUTE_MS})
if redis.call('ZCARD', KEYS[2]) >= perMinute then
  local first = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
  return { 'minute', tonumber(first[2]) + ${MINUTE_MS} - now }
end
if KEYS[3] and today >= perDay then return { 'day', -1 } end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'at', now, 'repeatKey', repeatKey, 'atMs', atMs, 'token', token)
redis.call('PEXPIRE', KEYS[1], math.max(cooldown, ${DAY_MS}))
redis.call('ZADD', KEYS[2], now, token)
redis.call('PEXPIRE', KEYS[2], ${MINUTE_MS})
if KEYS[3] then
  redis.call('INCR', KEYS[3])
  redis.call('PEXPIRE', KEYS[3], ${2 * DAY_MS})
  today = today + 1
end
return { 'free', atMs, today }
`;

const GIVE_BACK = `
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
if KEYS[3] and redis.call('EXISTS', KEYS[3]) == 1 then redis.call('DECR', KEYS[3]) end
return 1
`;

/**
 * Counts verification messages over all replicas, and in each one besides: a
 * place must be free in both. So a store that is away, or was lost, leaves the
 * caps of the replica in force.
 */
export class RedisVerificationLog implements VerificationLog {
  private readonly own = new MemoryVerificationLog();
  private readonly tokens = new WeakMap<VerificationOrder, string>();

  /** @param secret keys the hashes, so that no number can be guessed from one */
  constructor(
    private readonly store: SharedStore,
    private readonly secret: string,
  ) {}

  async take(
    order: VerificationOrder,
    caps: VerificationCaps,
  ): Promise<VerificationPlace> {
    const own = await this.own.take(order, caps);
    if (!own.isFree) return own;
    const token = randomUUID();
    this.tokens.set(order, token);
    const { repeatKey, atMs } = order;
    const answer = await this.store
      .run(TAKE, this.keysOf(order), [
        token,
        repeatKey ?? "",
        atMs,
        caps.cooldownMs,
        caps.perMinute,
        caps.perDay,
      ])
      .catch(() => null);
    const shared = toPlace(answer) ?? own;
    if (!shared.isFree) await this.own.giveBack(order);
    return shared;
  }

  async giveBack(order: VerificationOrder): Promise<void> {
    await this.own.giveBack(order);
    await this.store
      .run(GIVE_BACK, this.keysOf(order), [this.tokens.get(order) ?? ""])
      .catch(() => undefined);
  }

  private keysOf({ pairKey, targetKey, dayKey }: VerificationOrder): string[] {
    const keyed = (text: string): string =>
      createHmac("sha256", this.secret).update(text).digest("base64url");
    return [
      `sent:pair:${keyed(pairKey)}`,
      `sent:target:${keyed(targetKey)}`,
      ...(dayKey === null ? [] : [`sent:day:${dayKey}`]),
    ];
  }
}

/** Null for what this program's script does not answer. */
function toPlace(answer: unknown): VerificationPlace | null {
  if (!Array.isArray(answer)) return null;
  const [word, first, second] = answer as unknown[];
  const figure = Number(first);
  if (!Number.isSafeInteger(figure)) return null;
  switch (word) {
    case "free":
      return {
        isFree: true,
        sinceMs: figure,
        sentToday: typeof second === "number" && second >= 0 ? second : null,
      };
    case "cooldown":
    case "minute":
      return { isFree: false, cap: word, freeInMs: Math.max(0, figure) };
    case "day":
      return { isFree: false, cap: word, freeInMs: null };
    default:
      return null;
  }
}
