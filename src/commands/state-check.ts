import { randomUUID } from "node:crypto";
import type { Config } from "../config/config.js";
import { redisAccessOf } from "../config/redis/redis-access.js";
import { Logger } from "../logging/logger.js";
import { RedisConnection } from "../shared-state/redis/redis-connection.js";
import type { CheckResult } from "./check-result.js";

const OPEN_MS = 3_000;
const PROBE_TTL_MS = 10_000;

/** Checks Redis with the commands that the gateway uses, on a key made for this check. */
export async function checkState(config: Config): Promise<CheckResult> {
  const { REDIS_KEY_PREFIX: prefix } = config;
  const access = redisAccessOf(config);
  if (access === null) {
    return {
      level: "ok",
      subject: "state",
      sentence: "State is kept in memory. This supports one process only.",
    };
  }
  const silent = new Logger({ LOG_LEVEL: "silent" });
  const connection = new RedisConnection(access, prefix, silent);
  try {
    await connection.waitForProbe(OPEN_MS);
    const { problem } = connection;
    if (problem?.kind === "refused") {
      return failure(
        `Redis responds, but rejects commands (${problem.reason}).`,
        `Grant its user the gateway's commands for ${prefix}*. The server must not be a read-only replica or out of memory, and the database in REDIS_URL must exist.`,
      );
    }
    if (problem !== null) {
      return failure(
        "Redis is unreachable.",
        "Check REDIS_URL (scheme, host, port, password) and the network.",
      );
    }
    const key = `doctor:${randomUUID()}`;
    await connection.set(key, "1", PROBE_TTL_MS);
    const stored = await connection.run(
      "return redis.call('GET', KEYS[1])",
      [key],
      [],
    );
    await connection.remove(key);
    return stored === "1"
      ? {
          level: "ok",
          subject: "state",
          sentence: "Redis stores and returns values.",
        }
      : failure("Redis loses stored values.", "Check its eviction policy.");
  } catch {
    return failure(
      "Redis responds, but rejects commands.",
      `Grant its user get, set, del, eval, publish and subscribe for ${prefix}*. The server must not be a read-only replica.`,
    );
  } finally {
    await connection.close();
  }
}

function failure(sentence: string, advice: string): CheckResult {
  return { level: "fail", subject: "state", sentence, advice };
}
