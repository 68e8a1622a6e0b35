import { createHmac } from "node:crypto";
import {
  HISTORY_TTL_MS,
  historyKey,
  MAX_HISTORY,
  MemoryVerificationHistory,
  type PendingTarget,
  type VerificationHistory,
  type VerificationTimes,
} from "../../../message-contacts/verifications/verification-history.js";
import { stateKey } from "../../state-formats.js";
import type { SharedStore } from "../../shared-store.js";

/**
 * Touches entries of a directory's hash and returns their times. The field of an entry is
 * its id; the value is `first:sent:touched` in epoch ms, with 0 for "not sent". Uses the
 * clock of Redis. Invalid values count as absent.
 *
 * ARGV: step (`observe`, `change`, `sent`), time since the reading began, ids.
 */
const TOUCH = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local found = redis.call('TYPE', KEYS[1]).ok
if found ~= 'none' and found ~= 'hash' then redis.call('DEL', KEYS[1]) end
local step, readMs = ARGV[1], tonumber(ARGV[2])
local function timesOf(value)
  local first, sent, touched = string.match(value or '', '^(%d+):(%d+):(%d+)$')
  if not first or #first > 15 or #sent > 15 or #touched > 15 then return nil end
  return tonumber(first), tonumber(sent), tonumber(touched)
end
local function textOf(number) return string.format('%.0f', number) end
local reply, current = {}, {}
for index = 3, #ARGV do
  local id = ARGV[index]
  current[id] = true
  local first, sent = timesOf(redis.call('HGET', KEYS[1], id))
  first, sent = first or now, sent or 0
  if step == 'sent' then sent = now end
  redis.call('HSET', KEYS[1], id, textOf(first) .. ':' .. textOf(sent) .. ':' .. textOf(now))
  reply[#reply + 1] = first
  reply[#reply + 1] = sent
end
local isFull = redis.call('HLEN', KEYS[1]) > ${MAX_HISTORY}
if step == 'observe' or isFull then
  local all = redis.call('HGETALL', KEYS[1])
  for index = 1, #all, 2 do
    local first, sent, touched = timesOf(all[index + 1])
    if not current[all[index]] and (isFull or not touched or touched < now - readMs) then
      redis.call('HDEL', KEYS[1], all[index])
    end
  end
end
redis.call('PEXPIRE', KEYS[1], ${HISTORY_TTL_MS})
return reply
`;

const FORGET = `
if redis.call('TYPE', KEYS[1]).ok == 'hash' then redis.call('HDEL', KEYS[1], ARGV[1]) end
return 0
`;

/**
 * History that all replicas share. Each replica also keeps its own, which is used while
 * Redis is unreachable.
 */
export class RedisVerificationHistory implements VerificationHistory {
  private readonly own = new MemoryVerificationHistory();

  /** @param secret HMAC key: a plain hash of a phone number could be reversed by guessing */
  constructor(
    private readonly store: SharedStore,
    private readonly secret: string,
  ) {}

  async observeAll(
    directory: string,
    pending: readonly PendingTarget[],
    readAtMs: number,
  ): Promise<readonly VerificationTimes[]> {
    const own = await this.own.observeAll(directory, pending, readAtMs);
    const sinceMs = Math.max(0, Date.now() - readAtMs);
    const reply = await this.touch("observe", directory, pending, sinceMs);
    return toTimes(reply, pending.length) ?? own;
  }

  recordChange(directory: string, pending: PendingTarget): void {
    this.own.recordChange(directory, pending);
    void this.touch("change", directory, [pending]);
  }

  recordSent(directory: string, pending: PendingTarget): void {
    this.own.recordSent(directory, pending);
    void this.touch("sent", directory, [pending]);
  }

  forget(directory: string, pending: PendingTarget): void {
    this.own.forget(directory, pending);
    void this.store
      .run(FORGET, [keyOf(directory)], [this.idOf(pending)])
      .catch(() => null);
  }

  private touch(
    step: "observe" | "change" | "sent",
    directory: string,
    pending: readonly PendingTarget[],
    sinceMs = 0,
  ): Promise<unknown> {
    const ids = pending.map((one) => this.idOf(one));
    return this.store
      .run(TOUCH, [keyOf(directory)], [step, sinceMs, ...ids])
      .catch(() => null);
  }

  private idOf(pending: PendingTarget): string {
    return createHmac("sha256", this.secret)
      .update(historyKey(pending))
      .digest("base64url");
  }
}

const keyOf = (directory: string): string =>
  `${stateKey("pending")}:${directory}`;

/** Null if the reply is not one of the script's. */
function toTimes(
  reply: unknown,
  count: number,
): readonly VerificationTimes[] | null {
  if (!Array.isArray(reply) || reply.length !== 2 * count) return null;
  const numbers = reply as unknown[];
  if (!numbers.every((one) => Number.isSafeInteger(one))) return null;
  return Array.from({ length: count }, (_, index) => {
    const sentAtMs = numbers[2 * index + 1] as number;
    return {
      firstSeenAtMs: numbers[2 * index] as number,
      lastSentAtMs: sentAtMs === 0 ? null : sentAtMs,
    };
  });
}
