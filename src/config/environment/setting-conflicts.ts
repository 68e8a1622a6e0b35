import { hasSignIn, type Config } from "../config.js";

/** Limits of the vendor per main account (documented). */
const VENDOR_CALLS_PER_SECOND = 20;
const VENDOR_EMAILS_PER_DAY = 100;

/**
 * Settings that are valid together although one defeats the other, one sentence each. The
 * gateway starts with them; see `contradictions` for those that it rejects.
 */
export function settingConflicts(config: Config): readonly string[] {
  return [
    ...timeConflicts(config),
    ...limitConflicts(config),
    ...unusedSettings(config),
  ];
}

function timeConflicts(config: Config): string[] {
  const sendMs = config.WRITE_DEADLINE_MS - config.READ_BACK_RESERVE_MS;
  return [
    ...(config.READ_ATTEMPT_MS > config.READ_DEADLINE_MS
      ? [
          "READ_ATTEMPT_MS is longer than READ_DEADLINE_MS, so a read is never attempted twice.",
        ]
      : []),
    ...(config.WRITE_ATTEMPT_MS > sendMs
      ? [
          "WRITE_ATTEMPT_MS is longer than WRITE_DEADLINE_MS less READ_BACK_RESERVE_MS, so it has no effect.",
        ]
      : []),
    ...(config.READ_CACHE_MAX_MS < config.READ_CACHE_MS
      ? [
          "READ_CACHE_MAX_MS is shorter than READ_CACHE_MS, so it has no effect.",
        ]
      : []),
  ];
}

function limitConflicts(config: Config): string[] {
  const {
    MAX_REQUESTS_IN_FLIGHT: inFlight,
    RATE_LIMIT_PER_MINUTE: perCaller = 6_000,
    RATE_LIMIT_PER_ADDRESS_PER_MINUTE: perAddress = 30_000,
    MAX_WEBSOCKETS_PER_CALLER: perSocketCaller = 0,
  } = config;
  const signedIn = hasSignIn(config);
  return [
    ...(inFlight > config.MAX_CONNECTIONS
      ? [
          "MAX_REQUESTS_IN_FLIGHT is greater than MAX_CONNECTIONS, so it is never reached over HTTP/1.1.",
        ]
      : []),
    ...(perSocketCaller > config.MAX_WEBSOCKETS
      ? [
          "MAX_WEBSOCKETS_PER_CALLER is greater than MAX_WEBSOCKETS, so one caller may use all WebSockets.",
        ]
      : []),
    ...(signedIn && perAddress > 0 && perCaller > perAddress
      ? [
          "RATE_LIMIT_PER_MINUTE is greater than RATE_LIMIT_PER_ADDRESS_PER_MINUTE, so a caller with one address never reaches it.",
        ]
      : []),
    ...(signedIn &&
    perAddress > 0 &&
    config.PUBLIC_URL !== undefined &&
    config.TRUSTED_PROXIES.length === 0
      ? [
          "PUBLIC_URL is set without TRUSTED_PROXIES: behind a proxy, all callers share one RATE_LIMIT_PER_ADDRESS_PER_MINUTE.",
        ]
      : []),
    ...(config.UPSTREAM_CALLS_PER_SECOND > VENDOR_CALLS_PER_SECOND
      ? [
          `UPSTREAM_CALLS_PER_SECOND is greater than the vendor's limit of ${VENDOR_CALLS_PER_SECOND}, so the vendor throttles.`,
        ]
      : []),
    ...(config.VERIFICATION_EMAILS_PER_DAY > VENDOR_EMAILS_PER_DAY
      ? [
          `VERIFICATION_EMAILS_PER_DAY is greater than the vendor's limit of ${VENDOR_EMAILS_PER_DAY}, so the vendor rejects the rest.`,
        ]
      : []),
  ];
}

/** Settings without effect, because the setting that they belong to is not set. */
function unusedSettings(config: Config): string[] {
  const isUnused: readonly (readonly [string, string, boolean])[] = [
    [
      "NO_PROXY",
      "HTTPS_PROXY",
      config.NO_PROXY !== undefined && config.HTTPS_PROXY === undefined,
    ],
    [
      "PERSISTED_DOCUMENTS_FILE",
      "PERSISTED_DOCUMENTS",
      config.PERSISTED_DOCUMENTS_FILE !== undefined &&
        config.PERSISTED_DOCUMENTS === "off",
    ],
    [
      "UPSTREAM_CREDENTIALS_FILE",
      "UPSTREAM_ENDPOINT",
      config.UPSTREAM_CREDENTIALS_FILE !== undefined &&
        config.UPSTREAM_ENDPOINT === undefined,
    ],
  ];
  return isUnused
    .filter(([, , holds]) => holds)
    .map(([name, other]) => `${name} has no effect without ${other}.`);
}
