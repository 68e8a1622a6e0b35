import { unreadableReason } from "../files/file-reasons.js";
import { UNREADABLE } from "../files/json-file.js";
import type { RedisSettings } from "./redis-settings.js";
import { parseRedisUrl } from "./redis-url.js";

const FILES = [
  "REDIS_CA_FILE",
  "REDIS_CLIENT_CERT_FILE",
  "REDIS_CLIENT_KEY_FILE",
] as const;

/** Describes settings about Redis that contradict each other or would have no effect. */
export function redisProblems(settings: RedisSettings): string[] {
  const target = parseRedisUrl(settings.REDIS_URL);
  const isSet = (name: keyof RedisSettings): boolean =>
    settings[name] !== undefined;
  // The rule of the setting reports an invalid URL.
  const isInvalid = isSet("REDIS_URL") && target === null;
  const withoutTls = FILES.filter(isSet);
  return [
    ...(target?.isTls === true || isInvalid
      ? []
      : withoutTls.map((name) => `${name} must not be set without TLS`)),
    ...(isSet("REDIS_CLIENT_CERT_FILE") === isSet("REDIS_CLIENT_KEY_FILE")
      ? []
      : [
          "REDIS_CLIENT_CERT_FILE and REDIS_CLIENT_KEY_FILE must be set together",
        ]),
    ...(target?.kind === "sentinel" || isInvalid
      ? []
      : (["REDIS_SENTINEL_USERNAME", "REDIS_SENTINEL_PASSWORD"] as const)
          .filter(isSet)
          .map((name) => `${name} must not be set without redis+sentinel://`)),
    ...FILES.flatMap((name) => {
      const path = settings[name];
      return path === undefined || unreadableReason(path) === null
        ? []
        : [`${name}: ${UNREADABLE}`];
    }),
  ];
}
