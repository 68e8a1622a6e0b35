import { IsBoolean, IsIn, IsOptional, MinLength } from "class-validator";
import { ALGORITHMS } from "./files/issuers-file.js";
import { IsCount, isOrigin, isConfidential, Must, webUrl } from "./rules.js";
import { Setting } from "./setting.js";

/** Authentication, limits of callers, GraphQL options and the audit log. */
export class AccessSettings {
  @Setting(
    "text",
    "none",
    "JSON file of API keys. It contains only their hashes. The gateway reloads it when it changes; while it is missing or invalid, the keys that were loaded last stay valid. `npm run key` creates an entry.",
  )
  @IsOptional()
  @MinLength(1)
  readonly API_KEYS_FILE?: string;

  @Setting(
    "text",
    "none",
    "Issuer of access tokens, exactly as in the claim `iss`.",
  )
  @IsOptional()
  @MinLength(1)
  readonly JWT_ISSUER?: string;

  @Setting(
    "list",
    "none",
    "Audiences, separated by commas. The claim `aud` of a token must contain one of them.",
  )
  @IsOptional()
  @MinLength(1, { each: true })
  readonly JWT_AUDIENCE?: readonly string[];

  @Setting("text", "none", "URL of the issuer's public keys (JWKS).")
  @IsOptional()
  @Must("must be https://…, or http://… on loopback", (value) => {
    const url = webUrl(value);
    return url !== null && isConfidential(url);
  })
  readonly JWT_JWKS_URL?: string;

  @Setting(
    "list",
    "`RS256,PS256,ES256,EdDSA`",
    "Accepted signature algorithms, separated by commas. Only asymmetric ones are allowed.",
  )
  @IsIn(ALGORITHMS, {
    each: true,
    message: `must be a list of ${ALGORITHMS.join(", ")}`,
  })
  readonly JWT_ALGORITHMS: readonly string[] = [
    "RS256",
    "PS256",
    "ES256",
    "EdDSA",
  ];

  @Setting(
    "text",
    "none",
    "JSON file of several issuers. It replaces or complements the variables above.",
  )
  @IsOptional()
  @MinLength(1)
  readonly JWT_ISSUERS_FILE?: string;

  @Setting(
    "number",
    "`30`",
    "Tolerated clock difference to an issuer in seconds, 0 to 300.",
  )
  @IsCount(0, 300)
  readonly JWT_CLOCK_TOLERANCE_SECONDS: number = 30;

  @Setting(
    "text",
    "none",
    "JSON file of several resource directories. Each has an alias, an endpoint and the names of the variables that contain its AccessKey.",
  )
  @IsOptional()
  @MinLength(1)
  readonly DIRECTORIES_FILE?: string;

  @Setting(
    "list",
    "none",
    "Origins whose pages may call the gateway from a browser, separated by commas, such as `https://console.example.com`. Patterns are not supported.",
  )
  @Must("must be origins such as https://console.example.com", isOrigin, true)
  readonly CORS_ORIGINS: readonly string[] = [];

  @Setting(
    "number",
    "`6000`; `0` without authentication",
    "Points that a caller may use per minute. A request costs 1 point, each upstream call 1 more. 0: no limit.",
  )
  @IsOptional()
  @IsCount(0, 10_000_000)
  readonly RATE_LIMIT_PER_MINUTE?: number;

  @Setting(
    "number",
    "`30000`; `0` without authentication",
    "Points that an IP address may use per minute. A request costs 1 point, failed authentication 20. 0: no limit.",
  )
  @IsOptional()
  @IsCount(0, 10_000_000)
  readonly RATE_LIMIT_PER_ADDRESS_PER_MINUTE?: number;

  @Setting(
    "number",
    "`4096`",
    "Maximum number of open connections. At the limit, idle connections are closed first; if none is idle, new ones are closed.",
  )
  @IsCount(1, 1_000_000)
  readonly MAX_CONNECTIONS: number = 4_096;

  @Setting(
    "number",
    "`1000`",
    "Maximum number of authenticated WebSockets. As many again may wait for authentication. 0: no WebSockets.",
  )
  @IsCount(0, 1_000_000)
  readonly MAX_WEBSOCKETS: number = 1_000;

  @Setting(
    "number",
    "`100`, at most a quarter",
    "Maximum number of WebSockets per caller; further ones are closed with 1013. The default is at most a quarter of `MAX_WEBSOCKETS`, and `MAX_WEBSOCKETS` without authentication.",
  )
  @IsOptional()
  @IsCount(1, 1_000_000)
  readonly MAX_WEBSOCKETS_PER_CALLER?: number;

  @Setting(
    "number",
    "`1`",
    "Maximum number of mutation fields per GraphQL operation, 1 to 20.",
  )
  @IsCount(1, 20)
  readonly GRAPHQL_MUTATIONS_PER_OPERATION: number = 1;

  @Setting(
    "flag",
    "`true`; `false` in production",
    "Enables introspection of the GraphQL schema, name suggestions in errors, and the playground.",
  )
  @IsOptional()
  @IsBoolean({ message: "must be true or false" })
  readonly GRAPHQL_INTROSPECTION?: boolean;

  @Setting(
    "text",
    "`off`",
    "Persisted GraphQL documents: `off`, `prefer` (other documents are accepted too) or `only`. Automatic persisted queries are available unless it is `only`.",
  )
  @IsIn(["off", "prefer", "only"], { message: "must be off, prefer or only" })
  readonly PERSISTED_DOCUMENTS: "off" | "prefer" | "only" = "off";

  @Setting(
    "text",
    "none",
    "Manifest of persisted documents: a JSON object that maps document ids to GraphQL documents, or Apollo's manifest.",
  )
  @IsOptional()
  @MinLength(1)
  readonly PERSISTED_DOCUMENTS_FILE?: string;

  @Setting(
    "text",
    "`stderr`; `none` without authentication",
    "Destination of the audit log of writes: `none`, `stderr` or the path of a file. The file gets mode 0600 and is reopened on SIGHUP.",
  )
  @IsOptional()
  @MinLength(1)
  readonly AUDIT_LOG?: string;
}
