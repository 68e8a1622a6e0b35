import { randomUUID } from "node:crypto";
import type { Config } from "../config/config.js";
import { Logger } from "../logging/logger.js";
import { RedisConnection } from "../shared-state/redis-connection.js";
import type { CheckResult } from "./check-result.js";

const OPEN_MS = 3_000;
const PROBE_TTL_MS = 10_000;

/** Checks Redis with the commands that the gateway uses, under a key of its own. */
export async function checkState(config: Config): Promise<CheckResult> {
  const { REDIS_URL: url, REDIS_KEY_PREFIX: prefix } = config;
  if (url === undefined) {
    return {
      level: "ok",
      subject: "state",
      sentence: "In memory: right for one process, not for several.",
    };
  }
  const silent = new Logger({ LOG_LEVEL: "silent" });
  const connection = new RedisConnection(url, prefix, silent);
  try {
    await connection.waitForProbe(OPEN_MS);
    const { problem } = connection;
    if (problem?.kind === "refused") {
      return failure(
        `Redis answers, but refuses commands (${problem.reason}).`,
        `Its user needs the commands of the gateway under ${prefix}*; it must not be a read-only replica or out of memory, and the database of REDIS_URL must exist.`,
      );
    }
    if (problem !== null) {
      return failure(
        "Redis does not answer.",
        "Check REDIS_URL: host, port, password, redis:// or rediss://, and the network.",
      );
    }
    const key = `doctor:${randomUUID()}`;
    await connection.set(key, "1", PROBE_TTL_MS);
    const told = await connection.run(
      "return redis.call('GET', KEYS[1])",
      [key],
      [],
    );
    await connection.remove(key);
    return told === "1"
      ? {
          level: "ok",
          subject: "state",
          sentence: "Redis keeps what it is told.",
        }
      : failure("Redis forgets what it is told.", "Check its memory policy.");
  } catch {
    return failure(
      "Redis answers, but refuses commands.",
      `Its user needs get, set, del, eval, publish and subscribe under ${prefix}*; it must not be a read-only replica.`,
    );
  } finally {
    await connection.close();
  }
}

function failure(sentence: string, advice: string): CheckResult {
  return { level: "fail", subject: "state", sentence, advice };
}
