/** Address of a Redis server, a Sentinel or a node of a cluster. */
export interface RedisHost {
  readonly host: string;
  readonly port: number;
}

/** Contents of `REDIS_URL`. */
export interface RedisTarget {
  /**
   * `server`: one server. `sentinel`: the primary that the Sentinels at `hosts` name.
   * `cluster`: a Redis Cluster, of which `hosts` are some nodes.
   */
  readonly kind: "server" | "sentinel" | "cluster";
  readonly isTls: boolean;
  readonly hosts: readonly RedisHost[];
  /** Name of the primary that Sentinel monitors; empty for the other kinds. */
  readonly primaryName: string;
  /** User of the data servers; undefined for the default user. */
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
}

/** The forms of `REDIS_URL`, for the documentation and for error messages. */
export const REDIS_URL_FORMS =
  "redis://<host>[:port][/database], redis+sentinel://<host>[:port],<host>[:port]/<primary>[/database] or redis+cluster://<host>[:port],<host>[:port], each with rediss for TLS";

const FORM =
  /^(?<scheme>rediss?)(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<user>[^:@/?#]*)(?::(?<password>[^@/?#]*))?@)?(?<hosts>[^@/?#]+)(?<path>(?:\/[^?#]*)?)(?<query>\?[^#]*)?$/;

const HOST = /^(?<host>\[[0-9A-Fa-f:.]+\]|[\w.-]+)(?::(?<port>\d{1,5}))?$/;

/** For any other path, the client would silently use database 0. */
const PATHS = {
  server: /^(?:\/(?<database>\d{0,5}))?$/,
  sentinel: /^\/(?<primary>[\w.-]+)(?:\/(?<database>\d{0,5}))?$/,
  // A cluster has only database 0.
  cluster: /^\/?0?$/,
} as const;

const PORTS = { server: 6_379, sentinel: 26_379, cluster: 6_379 } as const;

/** Parses the value of `REDIS_URL`; null if it is not valid. */
export function parseRedisUrl(value: unknown): RedisTarget | null {
  const parts = typeof value === "string" ? FORM.exec(value)?.groups : null;
  if (!parts) return null;
  const kind = (parts["kind"] ?? "server") as RedisTarget["kind"];
  const path = PATHS[kind].exec(parts["path"] ?? "");
  const hosts = (parts["hosts"] ?? "")
    .split(",")
    .map((text) => hostOf(text, PORTS[kind]));
  const username = decoded(parts["user"]);
  const password = decoded(parts["password"]);
  if (
    path === null ||
    (kind === "server" && hosts.length !== 1) ||
    (kind !== "server" && parts["query"] !== undefined) ||
    username === null ||
    password === null
  ) {
    return null;
  }
  const known = hosts.filter((host) => host !== null);
  if (known.length !== hosts.length) return null;
  return {
    kind,
    isTls: parts["scheme"] === "rediss",
    hosts: known,
    primaryName: path.groups?.["primary"] ?? "",
    username,
    password,
    database: Number(path.groups?.["database"] ?? 0),
  };
}

/** The hosts of a target, without login: for messages to the operator. */
export function hostsOf({ hosts }: RedisTarget): string {
  return hosts
    .map(({ host, port }) =>
      host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`,
    )
    .join(",");
}

function hostOf(text: string, defaultPort: number): RedisHost | null {
  const parts = HOST.exec(text)?.groups;
  const port = Number(parts?.["port"] ?? defaultPort);
  const host = parts?.["host"];
  if (host === undefined || port < 1 || port > 65_535) return null;
  return { host: host.replace(/^\[|\]$/g, ""), port };
}

/** Undefined for an absent or empty part; null if its percent-encoding is invalid. */
function decoded(part: string | undefined): string | undefined | null {
  if (part === undefined || part === "") return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
