import { randomUUID } from "node:crypto";
import { z } from "zod";
import { parseJson, shortText } from "../checked-values.js";
import type { SharedStore } from "../shared-store.js";
import { stateKey } from "../state-formats.js";

/** A running replica, as other programs see it. */
export interface RegisteredReplica {
  readonly version: string;
  /** Digests of the settings that all replicas must agree on, by name. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Pause between two announcements, and after one that failed. */
const ANNOUNCE_MS = 20_000;
const RETRY_MS = 1_000;

/** A replica that did not announce itself for this long does not count as running. */
const TTL_MS = 60_000;

const KEY = `${stateKey("replicas")}:{all}`;

/** Adds the replica to the running ones; without a second argument, only lists them. */
const ANNOUNCE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'zset' and kind ~= 'none' then redis.call('DEL', KEYS[1]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[1])
if ARGV[2] then
  redis.call('ZADD', KEYS[1], now, ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
return redis.call('ZRANGE', KEYS[1], 0, -1)
`;

const LEAVE = `
if redis.call('TYPE', KEYS[1]).ok == 'zset' then redis.call('ZREM', KEYS[1], ARGV[1]) end
return 1
`;

const REPLICA = z.object({
  version: shortText(40),
  settings: z.record(shortText(64), shortText(64)),
});

/** Makes this replica visible to `doctor`, with its version and digests of settings. */
export class ReplicaRegistry {
  private readonly member: string;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(
    private readonly store: Pick<SharedStore, "run">,
    self: RegisteredReplica,
  ) {
    this.member = JSON.stringify({ id: randomUUID(), ...self });
    void this.announce();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.store.run(LEAVE, [KEY], [this.member]).catch(() => undefined);
  }

  private async announce(): Promise<void> {
    const isAnnounced = await this.store
      .run(ANNOUNCE, [KEY], [TTL_MS, this.member])
      .then(
        () => true,
        () => false,
      );
    if (this.isClosed) return;
    this.timer = setTimeout(
      () => void this.announce(),
      isAnnounced ? ANNOUNCE_MS : RETRY_MS,
    ).unref();
  }
}

/**
 * Replicas that announced themselves within the last minute. Versions before 0.3 do not.
 *
 * @throws {SharedStateUnavailable} if Redis cannot be used
 */
export async function registeredReplicas(
  store: Pick<SharedStore, "run">,
): Promise<readonly RegisteredReplica[]> {
  const found = await store.run(ANNOUNCE, [KEY], [TTL_MS]);
  const members: unknown[] = Array.isArray(found) ? found : [];
  return members
    .map((one) => (typeof one === "string" ? parseJson(one, REPLICA) : null))
    .filter((one) => one !== null);
}
