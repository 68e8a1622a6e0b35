import { hasSignIn, showsSchema, type Config } from "../config/config.js";
import { needsProxy } from "../config/egress/egress-problems.js";
import { parseProxy } from "../config/egress/proxy-url.js";
import type { Directory } from "../config/files/directories-file.js";
import { readKeyFile } from "../config/files/key-file.js";
import { tracesUrlOf } from "../observability/tracing/open-tracing.js";
import { hostsOf, parseRedisUrl } from "../config/redis/redis-url.js";

/** Addresses and keys of a started gateway. */
export interface Started {
  readonly url: string;
  readonly opsUrl: string;
  readonly developmentKey: string | null;
  /** Base URL of the embedded emulator; null if a vendor is configured. */
  readonly emulatorUrl: string | null;
}

/** What a started gateway prints: its addresses, and which parts are configured. */
export function bannerOf(config: Config, started: Started): string {
  const { url, opsUrl, developmentKey, emulatorUrl } = started;
  const rows: readonly (readonly [string, string] | null)[] = [
    ["GraphQL", `${url}/graphql`],
    showsSchema(config) ? ["Playground", `${url}/playground`] : null,
    ["REST", `${url}/v1/message-contacts   described at ${url}/docs`],
    ["Probes", `${opsUrl}/livez  ${opsUrl}/readyz`],
    developmentKey === null
      ? null
      : [
          "API key",
          `${developmentKey}   (optional: no authentication is configured)`,
        ],
    emulatorUrl === null
      ? null
      : [
          "Emulator",
          `${emulatorUrl}/_emulator   (no cloud account is used; a page at ${url}/emulator)`,
        ],
    ["Sign-in", signInOf(config)],
    ...upstreamsOf(config, emulatorUrl).map(
      (upstream) => ["Upstream", upstream] as const,
    ),
    ["State", stateOf(config)],
    proxyOf(config),
    tracesOf(config),
  ];
  const lines = rows
    .filter((row) => row !== null)
    .map(([name, text]) => `  ${name.padEnd(10)}  ${text}`);
  return ["", ...lines, "", ""].join("\n");
}

function signInOf(config: Config): string {
  if (!hasSignIn(config)) return "none: callers on this machine only";
  const { API_KEYS_FILE: path, issuers } = config;
  const count = path === undefined ? 0 : readKeyFile(path, []).entries.length;
  return [
    ...(path === undefined ? [] : [`API keys (${count})`]),
    ...(issuers.length === 0
      ? []
      : [`access tokens of ${issuers.map(({ issuer }) => issuer).join(", ")}`]),
  ].join("; ");
}

function upstreamsOf(config: Config, emulatorUrl: string | null): string[] {
  if (emulatorUrl !== null) return ["embedded emulator"];
  const { directories, UPSTREAM_ENDPOINT: endpoint = "" } = config;
  if (directories.size === 0) {
    const kind =
      config.UPSTREAM_CREDENTIALS_FILE === undefined
        ? config.UPSTREAM_CREDENTIALS
        : "file";
    return [`${endpoint}   (${sourceOf(kind)})`];
  }
  return [...directories].map(
    ([alias, directory]) =>
      `${directory.endpoint}   (directory ${alias}, ${sourceOf(directory.credentials.kind)})`,
  );
}

const SOURCES = {
  chain: "credentials chain",
  file: "credentials file",
  keys: "AccessKey",
} as const;

function sourceOf(kind: Directory["credentials"]["kind"]): string {
  return SOURCES[kind];
}

const REDIS_KINDS = {
  server: "Redis",
  sentinel: "Redis with Sentinel",
  cluster: "Redis Cluster",
} as const;

function stateOf({
  REDIS_URL: url,
  REDIS_KEY_PREFIX: prefix,
  WEB_CONCURRENCY: processes,
}: Config): string {
  if (url === undefined) return "in memory: one process";
  const target = parseRedisUrl(url);
  if (target === null) return "Redis";
  // Only the hosts: the URL may contain a password.
  const where = `${REDIS_KINDS[target.kind]} at ${hostsOf(target)}, prefix ${prefix}`;
  return processes > 1 ? `${where}, ${processes} processes` : where;
}

function proxyOf(config: Config): readonly [string, string] | null {
  const proxy = parseProxy(config.HTTPS_PROXY ?? "");
  if (proxy === null || !needsProxy(config)) return null;
  const login = proxy.authorization === undefined ? "" : "   (with a password)";
  return ["Proxy", `${proxy.host}:${proxy.port}${login}`];
}

function tracesOf(config: Config): readonly [string, string] | null {
  const url = tracesUrlOf(config);
  return url === null ? null : ["Traces", new URL(url).origin];
}
