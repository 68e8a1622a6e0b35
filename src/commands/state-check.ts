import type { Config } from "../config/config.js";
import { redisAccessOf } from "../config/redis/redis-access.js";
import { Logger } from "../logging/logger.js";
import { RedisConnection } from "../shared-state/redis/redis-connection.js";
import type { CheckResult } from "./check-result.js";
import { checkAgreement } from "./redis/agreement-check.js";
import { commandProblem } from "./redis/command-check.js";
import { connectionProblem } from "./redis/connection-check.js";

const OPEN_MS = 3_000;

const NAMES = {
  server: "Redis",
  sentinel: "The primary that the Sentinels name",
  cluster: "The Redis Cluster",
} as const;

/**
 * Checks Redis step by step: connection and sign-in, every command that the gateway needs,
 * its health check, and whether running replicas have the same settings.
 */
export async function checkState(config: Config): Promise<CheckResult[]> {
  const access = redisAccessOf(config);
  if (access === null) {
    return [
      result("ok", "State is kept in memory. This supports one process only."),
    ];
  }
  const { REDIS_KEY_PREFIX: prefix } = config;
  const found =
    (await connectionProblem(access)) ?? (await commandProblem(access, prefix));
  if (found !== null) {
    return [{ level: "fail", subject: "state", ...found }];
  }
  const silent = new Logger({ LOG_LEVEL: "silent" });
  const connection = new RedisConnection(access, prefix, silent);
  try {
    await connection.waitForProbe(OPEN_MS);
    const { problem } = connection;
    if (problem !== null) {
      return [
        {
          ...result(
            "fail",
            `Redis responds, but the gateway cannot use it (${problem.reason}).`,
          ),
          advice: "See the log of Redis.",
        },
      ];
    }
    return [
      result("ok", `${NAMES[access.target.kind]} accepts all commands.`),
      ...(await checkAgreement(connection, config)),
    ];
  } finally {
    await connection.close();
  }
}

function result(level: CheckResult["level"], sentence: string): CheckResult {
  return { level, subject: "state", sentence };
}
