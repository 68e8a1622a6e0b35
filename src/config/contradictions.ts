import type { Config } from "./config.js";
import { isLoopback, webUrl } from "./rules.js";
import { timeLimitProblems } from "./time-limits.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether anybody can sign in; without it the gateway is for this machine. */
export function hasSignIn(config: Config): boolean {
  return config.API_KEYS_FILE !== undefined || config.issuers.length > 0;
}

/** Settings that are each in order and must not stand together. */
export function contradictions(
  config: Config,
  environment: Environment,
): string[] {
  return [
    ...upstreamProblems(config),
    ...signInProblems(config),
    ...(config.NODE_ENV === "production"
      ? productionProblems(config, environment)
      : []),
    ...replicaProblems(config),
    ...timeLimitProblems(config),
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
    !hasKeys
  ) {
    problems.push(
      "ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET must be set with UPSTREAM_ENDPOINT (or UPSTREAM_CREDENTIALS=chain)",
    );
  }
  if (
    config.DIRECTORIES_FILE !== undefined &&
    config.UPSTREAM_ENDPOINT !== undefined
  ) {
    problems.push("UPSTREAM_ENDPOINT must not be set with DIRECTORIES_FILE");
  }
  return problems;
}

/**
 * Keys of the chain change, and with them what is made of them; processes that
 * share nothing would each keep promises of their own.
 */
function replicaProblems(config: Config): string[] {
  const credentials = [...config.directories.values()].map(
    (directory) => directory.credentials.kind,
  );
  const usesChain =
    config.UPSTREAM_CREDENTIALS === "chain" || credentials.includes("chain");
  return [
    ...(config.REDIS_URL !== undefined &&
    config.STATE_SECRET === undefined &&
    usesChain
      ? ["STATE_SECRET must be set with REDIS_URL and keys of the chain"]
      : []),
    ...(config.REDIS_URL === undefined && config.WEB_CONCURRENCY > 1
      ? [
          "REDIS_URL must be set with WEB_CONCURRENCY above 1: processes share what they know through Redis alone",
        ]
      : []),
  ];
}

function signInProblems(config: Config): string[] {
  const problems: string[] = [];
  const single = [config.JWT_ISSUER, config.JWT_AUDIENCE, config.JWT_JWKS_URL];
  const given = single.filter((one) => one !== undefined).length;
  if (given !== 0 && given !== single.length) {
    problems.push(
      "JWT_ISSUER, JWT_AUDIENCE and JWT_JWKS_URL must be set together",
    );
  }
  const names = config.issuers.map(({ issuer }) => issuer);
  if (new Set(names).size !== names.length) {
    problems.push("JWT_ISSUERS_FILE must not name an issuer twice");
  }
  if (hasSignIn(config)) return problems;
  if (!isLoopback(config.HOST)) {
    problems.push(
      "HOST must be a loopback address while no sign-in is configured (API_KEYS_FILE, JWT_ISSUER or JWT_ISSUERS_FILE)",
    );
  }
  const endpoints = [...config.directories.values()].map(
    ({ endpoint }) => endpoint,
  );
  if (config.UPSTREAM_ENDPOINT !== undefined) {
    endpoints.push(config.UPSTREAM_ENDPOINT);
  }
  if (!endpoints.every(isOnThisMachine)) {
    problems.push(
      "UPSTREAM_ENDPOINT and the endpoints of DIRECTORIES_FILE must be on loopback while no sign-in is configured (API_KEYS_FILE, JWT_ISSUER or JWT_ISSUERS_FILE)",
    );
  }
  return problems;
}

function isOnThisMachine(endpoint: string): boolean {
  const url = webUrl(endpoint);
  // What is no address at all has a problem of its own already.
  return url === null || isLoopback(url.hostname);
}

function productionProblems(
  config: Config,
  environment: Environment,
): string[] {
  const problems: string[] = [];
  const says = (name: string, words: RegExp): boolean =>
    words.test(environment[name] ?? "");
  if (
    config.UPSTREAM_ENDPOINT === undefined &&
    config.DIRECTORIES_FILE === undefined
  ) {
    problems.push(
      "UPSTREAM_ENDPOINT must be set in production: the emulator is not for production",
    );
  }
  // The HTTP client below pop-core prints headers and bodies (observed).
  if (says("DEBUG", /httpx|\*/)) {
    problems.push("DEBUG must not name httpx in production");
  }
  if (says("NODE_DEBUG", /http|net|tls|undici|fetch|\*/i)) {
    problems.push("NODE_DEBUG must not name HTTP or TLS in production");
  }
  if (environment["NODE_TLS_REJECT_UNAUTHORIZED"]?.trim() === "0") {
    problems.push("NODE_TLS_REJECT_UNAUTHORIZED must not be 0 in production");
  }
  if (says("NODE_OPTIONS", /--insecure-http-parser|--inspect/)) {
    problems.push(
      "NODE_OPTIONS must not hold --insecure-http-parser or --inspect in production",
    );
  }
  return problems;
}
