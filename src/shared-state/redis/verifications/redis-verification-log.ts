import { createHmac } from "node:crypto";
import {
  MemoryVerificationLog,
  type VerificationCaps,
  type VerificationLog,
  type VerificationOrder,
  type VerificationSlot,
} from "../../../message-contacts/verifications/verification-log.js";
import type { BoundedTable } from "../../../upstream/idempotency/bounded-entries.js";
import type { SharedStore } from "../../shared-store.js";
import { stateKey } from "../../state-formats.js";

const SENT = stateKey("sent");

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/**
 * Reserves or confirms a slot. Uses the clock of Redis. The keys are:
 * 1. the last message to this pair of contact and target;
 * 2. the messages to this target within the last minute;
 * 3. the messages of the day; omitted if the day is not counted.
 *
 * Invalid values count as absent.
 */
const RESERVE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local step, token, repeatKey = ARGV[1], ARGV[2], ARGV[3]
local cooldown, perMinute, perDay = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local function expect(key, type)
  local found = redis.call('TYPE', key).ok
  if found ~= 'none' and found ~= type then redis.call('DEL', key) end
end
expect(KEYS[1], 'hash')
expect(KEYS[2], 'zset')
local today = -1
if KEYS[3] then
  expect(KEYS[3], 'string')
  local text = redis.call('GET', KEYS[3])
  if text and not (string.match(text, '^%d+$') and #text < 10) then redis.call('DEL', KEYS[3]); text = nil end
  today = tonumber(text or '0')
end
local before = redis.call('HMGET', KEYS[1], 'at', 'repeatKey', 'token')
local at = string.match(before[1] or '', '^%d+$') and tonumber(before[1]) or 0
if at > now + ${MINUTE_MS} then at = 0 end
local function keep()
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'at', now, 'repeatKey', repeatKey, 'token', token)
  redis.call('PEXPIRE', KEYS[1], math.max(cooldown, ${DAY_MS}))
  redis.call('ZADD', KEYS[2], now, token)
  redis.call('PEXPIRE', KEYS[2], ${MINUTE_MS})
end
local isSame = step == 'confirm' and before[3] == token
  or step == 'take' and repeatKey ~= '' and before[2] == repeatKey
if isSame then
  if before[3] then redis.call('ZREM', KEYS[2], before[3]) end
  keep()
  return { 'free', today }
end
if at > 0 and at + cooldown > now then return { 'cooldown', at + cooldown - now } end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - ${MINUTE_MS})
redis.call('ZREMRANGEBYSCORE', KEYS[2], now + ${MINUTE_MS}, '+inf')
if redis.call('ZCARD', KEYS[2]) >= perMinute then
  local first = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
  return { 'minute', math.floor(tonumber(first[2])) + ${MINUTE_MS} - now }
end
if KEYS[3] and today >= perDay then return { 'day', -1 } end
keep()
if KEYS[3] then
  today = redis.call('INCR', KEYS[3])
  redis.call('PEXPIRE', KEYS[3], ${2 * DAY_MS})
end
return { 'free', today }
`;

/** Returns 1 if released, 0 if the slot belongs to another order, -1 if there is no slot. */
const RELEASE = `
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then return -1 end
local token = redis.call('HGET', KEYS[1], 'token')
if token ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
if redis.call('TYPE', KEYS[2]).ok == 'zset' then redis.call('ZREM', KEYS[2], ARGV[1]) end
if KEYS[3] and redis.call('TYPE', KEYS[3]).ok == 'string' then
  local count = redis.call('GET', KEYS[3])
  if string.match(count, '^%d+$') and #count < 10 and tonumber(count) > 0 then redis.call('DECR', KEYS[3]) end
end
return 1
`;

/**
 * Counts verification messages over all replicas and also in each replica. A slot
 * must be free in both, so the caps of the replica still apply when Redis is
 * unreachable or has lost its data.
 */
export class RedisVerificationLog implements VerificationLog {
  private readonly own = new MemoryVerificationLog();

  /** @param secret HMAC key: a plain hash of a phone number could be reversed by guessing */
  constructor(
    private readonly store: SharedStore,
    private readonly secret: string,
  ) {}

  get table(): BoundedTable {
    return this.own.table;
  }

  async acquire(
    order: VerificationOrder,
    caps: VerificationCaps,
  ): Promise<VerificationSlot> {
    const own = await this.own.acquire(order, caps);
    return own.isFree ? this.reserveShared("take", order, caps, own) : own;
  }

  async confirm(
    order: VerificationOrder,
    caps: VerificationCaps,
  ): Promise<VerificationSlot> {
    const own = await this.own.confirm(order, caps);
    return own.isFree ? this.reserveShared("confirm", order, caps, own) : own;
  }

  async release(order: VerificationOrder): Promise<void> {
    const returned = await this.store
      .run(RELEASE, this.keysOf(order), [order.token])
      .catch(() => null);
    // With 0, another order owns the slot and may have sent the message.
    if (returned !== 0) await this.own.release(order);
  }

  async sentToday(dayKey: string | null): Promise<number | null> {
    if (dayKey === null) return null;
    const text = await this.store.get(this.dayKeyOf(dayKey)).catch(() => null);
    return text !== null && /^\d{1,9}$/.test(text)
      ? Number(text)
      : this.own.sentToday(dayKey);
  }

  private async reserveShared(
    step: "take" | "confirm",
    order: VerificationOrder,
    caps: VerificationCaps,
    own: VerificationSlot,
  ): Promise<VerificationSlot> {
    const reply = await this.store
      .run(RESERVE, this.keysOf(order), [
        step,
        order.token,
        order.repeatKey ?? "",
        caps.cooldownMs,
        caps.perMinute,
        caps.perDay,
      ])
      .catch(() => null);
    const slot = toSlot(reply) ?? own;
    if (!slot.isFree) await this.own.release(order);
    return slot;
  }

  private keysOf(order: VerificationOrder): string[] {
    const { directory, pairKey, targetKey, dayKey } = order;
    const hashOf = (text: string): string =>
      createHmac("sha256", this.secret).update(text).digest("base64url");
    const tag = this.tagOf(directory);
    return [
      `${SENT}:${tag}pair:${hashOf(pairKey)}`,
      `${SENT}:${tag}target:${hashOf(targetKey)}`,
      ...(dayKey === null ? [] : [this.dayKeyOf(dayKey)]),
    ];
  }

  private dayKeyOf(dayKey: string): string {
    const [directory = ""] = dayKey.split(" ");
    return `${SENT}:${this.tagOf(directory)}day:${dayKey}`;
  }

  /**
   * In a cluster, the keys of one script must have the same hash tag. Elsewhere the names
   * stay those of version 0.2, so that both versions count the same messages.
   */
  private tagOf(directory: string): string {
    return this.store.isCluster ? `{${directory}}:` : "";
  }
}

/** Null if the reply is not one of the script's. */
function toSlot(reply: unknown): VerificationSlot | null {
  if (!Array.isArray(reply)) return null;
  const [kind, figure] = reply as unknown[];
  if (typeof figure !== "number" || !Number.isSafeInteger(figure)) return null;
  switch (kind) {
    case "free":
      return { isFree: true, sentToday: figure >= 0 ? figure : null };
    case "cooldown":
    case "minute":
      return {
        isFree: false,
        cap: kind,
        freeInMs: Math.min(Math.max(0, figure), DAY_MS),
      };
    case "day":
      return { isFree: false, cap: kind, freeInMs: null };
    default:
      return null;
  }
}
