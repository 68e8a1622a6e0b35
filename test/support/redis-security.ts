import { documentAt } from "./docs.js";
import type { TlsFiles } from "./tls-files.js";

/** The documented ACL rules: of the data servers first, then of the Sentinels. */
const [DATA_RULES = "", SENTINEL_RULES = ""] = [
  ...documentAt("docs/redis.md").matchAll(/^ACL SETUSER gateway (.+)$/gm),
].map(([, rules = ""]) => rules);

/** TLS with a private authority, and a user who may run the documented commands only. */
export interface RedisSecurity {
  readonly files: TlsFiles;
  /** Host name in the certificate of the servers. */
  readonly host: string;
  /** User and password, as in a URL. */
  readonly credentials: string;
  readonly password: string;
  /** Rules of the user at the data servers, and at the Sentinels. */
  readonly rules: string;
  readonly sentinelRules: string;
  /** Arguments of redis-cli. */
  readonly cliArgs: readonly string[];
}

/**
 * Security of a Redis whose servers have the certificate of `files`.
 *
 * @param more documented rules for this kind of Redis, such as `+wait`
 */
export function redisSecurity(
  files: TlsFiles,
  ...more: readonly string[]
): RedisSecurity {
  const password = "secret";
  const withPassword = (rules: string): string =>
    rules.replace(">PASSWORD", `>${password}`);
  return {
    files,
    host: "localhost",
    credentials: `gateway:${password}`,
    password,
    rules: [withPassword(DATA_RULES), ...more].join(" "),
    sentinelRules: withPassword(SENTINEL_RULES),
    cliArgs: [
      ...["--tls", "--cacert", files.ca, "--cert", files.clientCertificate],
      ...["--key", files.clientKey],
    ],
  };
}

/** Directives of a server or a Sentinel with a port for TLS. */
export function tlsDirectives(
  { files }: RedisSecurity,
  tlsPort: number,
): readonly (readonly [string, string])[] {
  return [
    ["tls-port", String(tlsPort)],
    ["tls-ca-cert-file", files.ca],
    ["tls-cert-file", files.serverCertificate],
    ["tls-key-file", files.serverKey],
    ["tls-client-cert-file", files.clientCertificate],
    ["tls-client-key-file", files.clientKey],
    ["tls-replication", "yes"],
  ];
}

/** Arguments of a data server. */
export function securedArgs(
  security: RedisSecurity,
  tlsPort: number,
): readonly string[] {
  return [
    ...tlsDirectives(security, tlsPort).flatMap(([name, value]) => [
      `--${name}`,
      value,
    ]),
    ...["--user", "gateway", ...security.rules.split(" ")],
  ];
}
