import { changedSettings } from "../config/environment/changed-settings.js";
import type { Config } from "../config/config.js";
import { packageVersion } from "../config/version.js";
import { DEFAULT_DIRECTORY } from "../context/request-context.js";
import type { StartFacts } from "../logging/life-cycle.js";

/** What the log line `start` reports. Contains no secret and no personal data. */
export function startFactsOf(config: Config): StartFacts {
  const methods = [
    ...(config.API_KEYS_FILE === undefined ? [] : ["api-keys"]),
    ...(config.issuers.length === 0 ? [] : ["access-tokens"]),
  ];
  const aliases = [...config.directories.keys()];
  return {
    version: packageVersion(),
    changedSettings: changedSettings(config),
    signIn: methods.join(", ") || "none",
    directories: aliases.length === 0 ? [DEFAULT_DIRECTORY] : aliases,
    sharedState: config.REDIS_URL === undefined ? "memory" : "redis",
    workers: config.WEB_CONCURRENCY,
  };
}
