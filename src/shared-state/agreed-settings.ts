import { createHash } from "node:crypto";
import type { Config } from "../config/config.js";

/** Settings that have the same value on all replicas; a difference defeats a limit. */
const NAMES = [
  "UPSTREAM_CALLS_PER_SECOND",
  "WRITE_DEADLINE_MS",
  "VERIFICATION_COOLDOWN_SECONDS",
  "VERIFICATION_EMAILS_PER_DAY",
  "RATE_LIMIT_PER_MINUTE",
  "RATE_LIMIT_PER_ADDRESS_PER_MINUTE",
  "REDIS_WAIT_REPLICAS",
] as const;

/**
 * Short digests of the settings that all replicas must agree on, by name. They are stored
 * in Redis, so that `doctor` can compare them. A digest is too short to reveal a secret.
 */
export function agreedSettings(
  config: Config,
): Readonly<Record<string, string>> {
  const values: [string, unknown][] = NAMES.map((name) => [name, config[name]]);
  const directories = [...config.directories].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  if (directories.length > 0) {
    values.push([
      "DIRECTORIES_FILE",
      directories.map(([alias, { endpoint }]) => [alias, endpoint]),
    ]);
  } else values.push(["UPSTREAM_ENDPOINT", config.UPSTREAM_ENDPOINT]);
  const { STATE_SECRET: secret } = config;
  values.push(["STATE_SECRET", secret]);
  if (secret === undefined) {
    // Hashes are derived from these instead.
    values.push(
      ["REDIS_URL", config.REDIS_URL],
      [
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        [
          config.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
          ...directories.map(([, { credentials }]) =>
            credentials.kind === "keys" ? credentials.accessKeySecret : null,
          ),
        ],
      ],
    );
  }
  return Object.fromEntries(
    values.map(([name, value]) => [name, digestOf(name, value)]),
  );
}

function digestOf(name: string, value: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify([name, value ?? null]))
    .digest("base64url")
    .slice(0, 5);
}
