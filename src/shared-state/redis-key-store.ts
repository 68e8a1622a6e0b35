import type { UpstreamInfo } from "../errors/gateway-error.js";
import {
  KEY_TTL_MS,
  type KeyRecord,
  type KeyStore,
  type StoredResult,
} from "../upstream/idempotency.js";
import {
  isErrorCode,
  isObject,
  isShortText,
  parsed,
} from "./checked-values.js";
import type { SharedStore } from "./shared-store.js";

/**
 * Claims a key, by the store's own clock: replicas' clocks differ. A write that
 * was begun long ago and never ended has lost its process; whoever asks first
 * with the same payload takes it over: to run it if it had only waited, to find
 * out what became of it otherwise.
 */
const CLAIM = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local found = redis.call('HMGET', KEYS[1], 'fingerprint', 'state', 'startedAtMs', 'result', 'at')
local age = now - (tonumber(found[5] or '') or 0)
local isAbandoned = age >= tonumber(ARGV[4])
local isSame = found[1] == ARGV[1]
if not found[2] or (found[2] == 'waiting' and isAbandoned and isSame) then
  redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1], 'state', 'waiting', 'startedAtMs', ARGV[2], 'at', now)
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  return false
end
if found[2] == 'running' and isAbandoned then found[2] = 'uncertain' end
if found[2] == 'uncertain' and isSame then
  redis.call('HSET', KEYS[1], 'state', 'running', 'at', now)
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return { found[1] or '', found[2], found[3] or '', found[4] or '' }
`;

const PUT = `
local time = redis.call('TIME')
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1], 'state', ARGV[2], 'startedAtMs', ARGV[3],
  'at', time[1] * 1000 + math.floor(time[2] / 1000))
if ARGV[4] ~= '' then redis.call('HSET', KEYS[1], 'result', ARGV[4]) end
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 1
`;

/** Idempotency records that all replicas share. */
export class RedisKeyStore implements KeyStore {
  constructor(
    private readonly store: SharedStore,
    private readonly abandonedMs: number,
  ) {}

  async claim(key: string, record: KeyRecord): Promise<KeyRecord | null> {
    const { fingerprint, startedAtMs } = record;
    const found = await this.store.run(
      CLAIM,
      [nameOf(key)],
      [fingerprint, startedAtMs, KEY_TTL_MS, this.abandonedMs],
    );
    if (found === null) return null;
    // What cannot be read may stand for a write that was done: it is settled
    // by reading back, never taken for an unused key.
    return toRecord(found) ?? { ...record, state: "uncertain" };
  }

  async put(key: string, record: KeyRecord): Promise<void> {
    const { fingerprint, state, startedAtMs, result } = record;
    await this.store.run(
      PUT,
      [nameOf(key)],
      [
        fingerprint,
        state,
        startedAtMs,
        result === undefined ? "" : JSON.stringify(result),
        KEY_TTL_MS,
      ],
    );
  }

  async forget(key: string): Promise<void> {
    await this.store.remove(nameOf(key));
  }
}

/** The key is a keyed hash already. */
function nameOf(key: string): string {
  return `idempotency:${key}`;
}

function toRecord(found: unknown): KeyRecord | null {
  if (!Array.isArray(found)) return null;
  const [fingerprint, state, startedAt, stored] = found as unknown[];
  const startedAtMs = Number(startedAt);
  if (
    !isShortText(fingerprint, 100) ||
    !isShortText(startedAt, 20) ||
    !Number.isSafeInteger(startedAtMs)
  ) {
    return null;
  }
  switch (state) {
    case "waiting":
    case "running":
    case "uncertain":
      return { fingerprint, state, startedAtMs };
    case "settled": {
      const result = toResult(stored);
      return result === null
        ? null
        : { fingerprint, state, startedAtMs, result };
    }
    default:
      return null;
  }
}

function toResult(stored: unknown): StoredResult | null {
  const value = typeof stored === "string" ? parsed(stored) : null;
  if (!isObject(value)) return null;
  const { answer, code, upstream } = value;
  if (isObject(answer)) return { answer };
  if (!isErrorCode(code)) return null;
  return isUpstreamInfo(upstream) ? { code, upstream } : { code };
}

function isUpstreamInfo(value: unknown): value is UpstreamInfo {
  return (
    isObject(value) &&
    isShortText(value["code"], 200) &&
    Number.isInteger(value["httpStatus"]) &&
    (value["requestId"] === null || isShortText(value["requestId"], 200))
  );
}
