import { hasSignIn, type Config } from "./config.js";
import { egressProblems } from "./egress/egress-problems.js";
import { redisProblems } from "./redis/redis-problems.js";
import { isLoopback, webUrl } from "./rules.js";
import { timeLimitProblems } from "./time-limits.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** Describes settings that are valid on their own but not in combination. */
export function contradictions(
  config: Config,
  environment: Environment,
): string[] {
  return [
    ...upstreamProblems(config),
    ...authenticationProblems(config),
    ...(config.NODE_ENV === "production"
      ? productionProblems(config, environment)
      : []),
    ...replicaProblems(config),
    ...redisProblems(config),
    ...timeLimitProblems(config),
    ...egressProblems(config),
    ...(config.PORT !== 0 && config.PORT === config.OPS_PORT
      ? ["OPS_PORT must differ from PORT"]
      : []),
    ...(config.PERSISTED_DOCUMENTS !== "off" &&
    config.PERSISTED_DOCUMENTS_FILE === undefined
      ? [
          "PERSISTED_DOCUMENTS_FILE must be set unless PERSISTED_DOCUMENTS is off",
        ]
      : []),
  ];
}

function upstreamProblems(config: Config): string[] {
  const problems: string[] = [];
  const hasKeys =
    config.ALIBABA_CLOUD_ACCESS_KEY_ID !== undefined &&
    config.ALIBABA_CLOUD_ACCESS_KEY_SECRET !== undefined;
  if (
    config.UPSTREAM_ENDPOINT !== undefined &&
    config.UPSTREAM_CREDENTIALS === "keys" &&
    config.UPSTREAM_CREDENTIALS_FILE === undefined &&
    !hasKeys
  ) {
    problems.push(
      "ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET must be set with UPSTREAM_ENDPOINT, unless UPSTREAM_CREDENTIALS is chain or UPSTREAM_CREDENTIALS_FILE is set",
    );
  }
  if (
    config.DIRECTORIES_FILE !== undefined &&
    config.UPSTREAM_ENDPOINT !== undefined
  ) {
    problems.push("UPSTREAM_ENDPOINT must not be set with DIRECTORIES_FILE");
  }
  if (config.UPSTREAM_CREDENTIALS_FILE !== undefined) {
    problems.push(...fileProblems(config));
  }
  return problems;
}

/** Settings that must not be set together with `UPSTREAM_CREDENTIALS_FILE`. */
function fileProblems(config: Config): string[] {
  const others = [
    ...(config.UPSTREAM_CREDENTIALS === "chain"
      ? ["UPSTREAM_CREDENTIALS=chain"]
      : []),
    ...(config.ALIBABA_CLOUD_ACCESS_KEY_ID === undefined
      ? []
      : ["ALIBABA_CLOUD_ACCESS_KEY_ID"]),
    ...(config.DIRECTORIES_FILE === undefined ? [] : ["DIRECTORIES_FILE"]),
  ];
  return others.map(
    (name) => `UPSTREAM_CREDENTIALS_FILE must not be set with ${name}`,
  );
}

/**
 * Credentials of a file or of the chain rotate, so no stable secret can be derived from them. Without
 * Redis, each process would have its own idempotency keys, limits and write queue.
 */
function replicaProblems(config: Config): string[] {
  const credentials = [...config.directories.values()].map(
    (directory) => directory.credentials.kind,
  );
  const rotate =
    config.UPSTREAM_CREDENTIALS === "chain" ||
    config.UPSTREAM_CREDENTIALS_FILE !== undefined ||
    credentials.some((kind) => kind !== "keys");
  return [
    ...(config.REDIS_URL !== undefined &&
    config.STATE_SECRET === undefined &&
    rotate
      ? [
          "STATE_SECRET must be set with REDIS_URL and credentials that rotate (a file or the chain)",
        ]
      : []),
    ...(config.REDIS_URL === undefined && config.WEB_CONCURRENCY > 1
      ? [
          "REDIS_URL must be set with WEB_CONCURRENCY above 1: processes share their state through Redis only",
        ]
      : []),
  ];
}

function authenticationProblems(config: Config): string[] {
  const problems: string[] = [];
  const settings = [
    config.JWT_ISSUER,
    config.JWT_AUDIENCE,
    config.JWT_JWKS_URL,
  ];
  const count = settings.filter((one) => one !== undefined).length;
  if (count !== 0 && count !== settings.length) {
    problems.push(
      "JWT_ISSUER, JWT_AUDIENCE and JWT_JWKS_URL must be set together",
    );
  }
  const names = config.issuers.map(({ issuer }) => issuer);
  if (new Set(names).size !== names.length) {
    problems.push("JWT_ISSUERS_FILE must not contain an issuer twice");
  }
  if (hasSignIn(config)) return problems;
  if (!isLoopback(config.HOST)) {
    problems.push(
      "HOST must be a loopback address unless authentication is configured (API_KEYS_FILE, JWT_ISSUER or JWT_ISSUERS_FILE)",
    );
  }
  const endpoints = [...config.directories.values()].map(
    ({ endpoint }) => endpoint,
  );
  if (config.UPSTREAM_ENDPOINT !== undefined) {
    endpoints.push(config.UPSTREAM_ENDPOINT);
  }
  if (!endpoints.every(isLocal)) {
    problems.push(
      "UPSTREAM_ENDPOINT and the endpoints of DIRECTORIES_FILE must be on loopback unless authentication is configured (API_KEYS_FILE, JWT_ISSUER or JWT_ISSUERS_FILE)",
    );
  }
  return problems;
}

function isLocal(endpoint: string): boolean {
  const url = webUrl(endpoint);
  // An invalid URL is already reported by the rule of its setting.
  return url === null || isLoopback(url.hostname);
}

function productionProblems(
  config: Config,
  environment: Environment,
): string[] {
  const problems: string[] = [];
  const matches = (name: string, pattern: RegExp): boolean =>
    pattern.test(environment[name] ?? "");
  if (
    config.UPSTREAM_ENDPOINT === undefined &&
    config.DIRECTORIES_FILE === undefined
  ) {
    problems.push(
      "UPSTREAM_ENDPOINT must be set in production: the emulator is for development only",
    );
  }
  // httpx, the HTTP client of pop-core, prints headers and bodies (observed).
  if (matches("DEBUG", /httpx|\*/)) {
    problems.push("DEBUG must not name httpx in production");
  }
  if (matches("NODE_DEBUG", /http|net|tls|undici|fetch|\*/i)) {
    problems.push("NODE_DEBUG must not name HTTP or TLS in production");
  }
  if (environment["NODE_TLS_REJECT_UNAUTHORIZED"]?.trim() === "0") {
    problems.push("NODE_TLS_REJECT_UNAUTHORIZED must not be 0 in production");
  }
  if (matches("NODE_OPTIONS", /--insecure-http-parser|--inspect/)) {
    problems.push(
      "NODE_OPTIONS must not contain --insecure-http-parser or --inspect in production",
    );
  }
  return problems;
}
