import { z } from "zod";
import {
  DEFINITE,
  KEY_TTL_MS,
  type KeyAnswer,
  type KeyMove,
  type KeyRecord,
  type KeyRequest,
  type KeyStore,
  type MoveAnswer,
  type StoredResult,
} from "../../upstream/idempotency/key-store.js";
import { errorCode, parseJson, shortText } from "../checked-values.js";
import type { SharedStore } from "../shared-store.js";
import { stateKey } from "../state-formats.js";

/** Maximum tolerated difference between the clock of Redis and a stored time. */
const CLOCK_MARGIN_MS = 24 * 60 * 60 * 1_000;

/**
 * Claims a key. Uses the clock of Redis, because the clocks of replicas differ.
 *
 * An invalid record may belong to a write that was executed. The caller therefore
 * takes it over and reads the contact back before it writes.
 */
const CLAIM = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local fingerprint, owner, startedAt, ttl = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local function put(state, started)
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'fingerprint', fingerprint, 'state', state, 'owner', owner, 'startedAtMs', started, 'at', now)
  redis.call('PEXPIRE', KEYS[1], ttl)
end
local function within(text, latest)
  local ms = string.match(text or '', '^%d+$') and tonumber(text)
  return ms and ms <= latest and ms or nil
end
local type = redis.call('TYPE', KEYS[1]).ok
if type == 'none' then
  put('waiting', startedAt)
  return { 'new' }
end
local found = type == 'hash' and redis.call('HMGET', KEYS[1], 'fingerprint', 'state', 'owner', 'startedAtMs', 'at', 'result') or {}
local states = { waiting = true, running = true, uncertain = true, settled = true }
local started = within(found[4], now + ${CLOCK_MARGIN_MS})
local at = within(found[5], now + 60000)
if not states[found[2] or ''] or not found[1] or not found[3] or not started or not at then
  put('running', startedAt)
  return { 'takenOver', startedAt }
end
local isAbandoned = now - at >= tonumber(ARGV[5])
local isSame = found[1] == fingerprint
if found[2] == 'waiting' and isAbandoned and isSame then
  put('waiting', startedAt)
  return { 'new' }
end
if isSame and (found[2] == 'uncertain' or (found[2] == 'running' and isAbandoned)) then
  put('running', found[4])
  return { 'takenOver', found[4] }
end
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ttl) end
return { 'held', found[1], found[2], found[3], found[4], found[6] or '' }
`;

/** Applies a transition if owner and state are as expected. */
const MOVE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local owner, from, orAbsent, ttl, state = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local type = redis.call('TYPE', KEYS[1]).ok
if type == 'none' then
  if orAbsent ~= '1' or state == '' then return 'absent' end
elseif type ~= 'hash' then
  return 'lost'
else
  local found = redis.call('HMGET', KEYS[1], 'owner', 'state')
  if found[1] ~= owner or not string.find(from, ',' .. (found[2] or '') .. ',', 1, true) then return 'lost' end
  redis.call('DEL', KEYS[1])
end
if state == '' then return 'moved' end
redis.call('HSET', KEYS[1], 'state', state, 'fingerprint', ARGV[6], 'owner', ARGV[7], 'startedAtMs', ARGV[8], 'at', now)
if ARGV[9] ~= '' then redis.call('HSET', KEYS[1], 'result', ARGV[9]) end
redis.call('PEXPIRE', KEYS[1], ttl)
return 'moved'
`;

const STORED_RESULT = z.union([
  z.object({ answer: z.record(z.string(), z.unknown()) }),
  z.object({
    code: errorCode.refine((code) => DEFINITE.has(code)),
    upstream: z
      .object({
        code: shortText(200),
        httpStatus: z.int().min(100).max(599),
        requestId: shortText(200).nullable(),
      })
      .optional(),
  }),
]);

/** Idempotency records shared by all replicas. */
export class RedisKeyStore implements KeyStore {
  constructor(
    private readonly store: SharedStore,
    private readonly abandonedMs: number,
  ) {}

  async claim(key: string, request: KeyRequest): Promise<KeyAnswer> {
    const { fingerprint, owner, startedAtMs } = request;
    const found = await this.store.run(
      CLAIM,
      [keyOf(key)],
      [fingerprint, owner, startedAtMs, KEY_TTL_MS, this.abandonedMs],
    );
    const answer = toAnswer(found);
    // The reply is not one of the script's: do not grant the key, so nothing is sent.
    if (answer === null) throw new Error("unexpected reply of the store");
    return answer;
  }

  async move(
    key: string,
    { owner, from, orAbsent, to }: KeyMove,
  ): Promise<MoveAnswer> {
    // This record allows the write to be sent, so it must outlive a failover of Redis.
    const isPromise = to?.state === "running";
    const run = isPromise ? "runReplicated" : "run";
    const moved = await this.store[run](
      MOVE,
      [keyOf(key)],
      [
        owner,
        `,${from.join(",")},`,
        orAbsent ? "1" : "",
        KEY_TTL_MS,
        to?.state ?? "",
        to?.fingerprint ?? "",
        to?.owner ?? "",
        to?.startedAtMs ?? "",
        to?.result === undefined ? "" : JSON.stringify(to.result),
      ],
    );
    if (moved === "moved" || moved === "lost" || moved === "absent") {
      return moved;
    }
    throw new Error("unexpected reply of the store");
  }
}

/** The key is already an HMAC. */
function keyOf(key: string): string {
  return `${stateKey("idempotency")}:${key}`;
}

function toAnswer(found: unknown): KeyAnswer | null {
  if (!Array.isArray(found)) return null;
  const [kind, ...rest] = found as unknown[];
  switch (kind) {
    case "new":
      return { kind };
    case "takenOver": {
      const startedAtMs = Number(rest[0]);
      return Number.isSafeInteger(startedAtMs) ? { kind, startedAtMs } : null;
    }
    case "held": {
      const record = toRecord(rest);
      return record === null ? null : { kind, record };
    }
    default:
      return null;
  }
}

function toRecord([
  fingerprint,
  state,
  owner,
  startedAt,
  stored,
]: unknown[]): KeyRecord | null {
  const startedAtMs = Number(startedAt);
  if (
    typeof fingerprint !== "string" ||
    typeof owner !== "string" ||
    typeof startedAt !== "string" ||
    startedAt === "" ||
    startedAt.length > 20 ||
    !Number.isSafeInteger(startedAtMs)
  ) {
    return null;
  }
  const record = { fingerprint, owner, startedAtMs };
  switch (state) {
    case "waiting":
    case "running":
    case "uncertain":
      return { ...record, state };
    case "settled": {
      const result = toResult(stored);
      return result === null
        ? { ...record, state }
        : { ...record, state, result };
    }
    default:
      return null;
  }
}

/** Null if the stored result is invalid. */
function toResult(stored: unknown): StoredResult | null {
  const result =
    typeof stored === "string" ? parseJson(stored, STORED_RESULT) : null;
  if (result === null || "answer" in result) return result;
  const { code, upstream } = result;
  return upstream === undefined ? { code } : { code, upstream };
}
