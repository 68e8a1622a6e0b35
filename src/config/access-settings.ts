import { IsBoolean, IsIn, IsOptional, MinLength } from "class-validator";
import { ALGORITHMS } from "./files/issuers-file.js";
import { ReplicaSettings } from "./replica-settings.js";
import { IsCount, isOrigin, isPrivateOnTheWay, Must, webUrl } from "./rules.js";
import { Setting } from "./setting.js";

/** Who gets in, what they may do, and how much of it. */
export abstract class AccessSettings extends ReplicaSettings {
  @Setting(
    "text",
    "none",
    "JSON file of API keys, of which it holds only hashes; read again when it changes. While it is missing or cannot be used, the keys that were read last stay valid. `npm run key` makes an entry.",
  )
  @IsOptional()
  @MinLength(1)
  readonly API_KEYS_FILE?: string;

  @Setting(
    "text",
    "none",
    "Issuer of access tokens, exactly as the claim `iss` says it.",
  )
  @IsOptional()
  @MinLength(1)
  readonly JWT_ISSUER?: string;

  @Setting(
    "list",
    "none",
    "Audiences, of which a token must name one in `aud`.",
  )
  @IsOptional()
  @MinLength(1, { each: true })
  readonly JWT_AUDIENCE?: readonly string[];

  @Setting("text", "none", "Address of the issuer's public keys (JWKS).")
  @IsOptional()
  @Must("must be https://…, or http://… on loopback", (value) => {
    const url = webUrl(value);
    return url !== null && isPrivateOnTheWay(url);
  })
  readonly JWT_JWKS_URL?: string;

  @Setting(
    "list",
    "`RS256,PS256,ES256,EdDSA`",
    "Signature algorithms that are taken; asymmetric ones only.",
  )
  @IsIn(ALGORITHMS, {
    each: true,
    message: `must be some of ${ALGORITHMS.join(", ")}`,
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
    "JSON file of several issuers, in place of or beside the three variables above.",
  )
  @IsOptional()
  @MinLength(1)
  readonly JWT_ISSUERS_FILE?: string;

  @Setting(
    "number",
    "`30`",
    "Seconds by which an issuer's clock may differ, 0 to 300.",
  )
  @IsCount(0, 300)
  readonly JWT_CLOCK_TOLERANCE_SECONDS: number = 30;

  @Setting(
    "text",
    "none",
    "JSON file of several resource directories, each with an alias, an endpoint and the names of the variables that hold its keys.",
  )
  @IsOptional()
  @MinLength(1)
  readonly DIRECTORIES_FILE?: string;

  @Setting(
    "list",
    "none",
    "Origins whose pages may call the gateway from a browser, such as `https://console.example.com`. Exact, no patterns.",
  )
  @Must("must be origins such as https://console.example.com", isOrigin, true)
  readonly CORS_ORIGINS: readonly string[] = [];

  @Setting(
    "number",
    "`6000`; `0` without sign-in",
    "What a caller may use in a minute: 1 a request and 1 an upstream call. 0: no limit.",
  )
  @IsOptional()
  @IsCount(0, 10_000_000)
  readonly RATE_LIMIT_PER_MINUTE?: number;

  @Setting(
    "number",
    "`30000`; `0` without sign-in",
    "What one address may use in a minute: 1 a request, 20 a failed sign-in. 0: no limit.",
  )
  @IsOptional()
  @IsCount(0, 10_000_000)
  readonly RATE_LIMIT_PER_ADDRESS_PER_MINUTE?: number;

  @Setting(
    "number",
    "`4096`",
    "Most connections held open at once. Idle ones give way to new ones; beyond that, new ones are closed.",
  )
  @IsCount(1, 1_000_000)
  readonly MAX_CONNECTIONS: number = 4_096;

  @Setting(
    "number",
    "`1000`",
    "Most signed-in WebSockets among them; as many again may wait to sign in. 0: no WebSockets.",
  )
  @IsCount(0, 1_000_000)
  readonly MAX_WEBSOCKETS: number = 1_000;

  @Setting(
    "number",
    "`100`, at most a quarter",
    "Most WebSockets of one caller; more are closed with 1013. By default at most a quarter of `MAX_WEBSOCKETS`; all of them without sign-in.",
  )
  @IsOptional()
  @IsCount(1, 1_000_000)
  readonly MAX_WEBSOCKETS_PER_CALLER?: number;

  @Setting(
    "number",
    "`1`",
    "Most mutation fields of one GraphQL operation, 1 to 20.",
  )
  @IsCount(1, 20)
  readonly GRAPHQL_MUTATIONS_PER_OPERATION: number = 1;

  @Setting(
    "flag",
    "`true`; `false` in production",
    "Whether the GraphQL schema can be asked for, errors suggest names, and there is a playground.",
  )
  @IsOptional()
  @IsBoolean({ message: "must be true or false" })
  readonly GRAPHQL_INTROSPECTION?: boolean;

  @Setting(
    "text",
    "`off`",
    "GraphQL documents from the manifest: `off`, `prefer` (others are taken too) or `only`.",
  )
  @IsIn(["off", "prefer", "only"], { message: "must be off, prefer or only" })
  readonly PERSISTED_DOCUMENTS: "off" | "prefer" | "only" = "off";

  @Setting(
    "text",
    "none",
    "The manifest: a JSON object of document id to GraphQL document.",
  )
  @IsOptional()
  @MinLength(1)
  readonly PERSISTED_DOCUMENTS_FILE?: string;

  @Setting(
    "text",
    "`stderr`; `none` without sign-in",
    "Where the audit trail of writes goes: `none`, `stderr` or the path of a file, which gets mode 0600 and is opened again on SIGHUP.",
  )
  @IsOptional()
  @MinLength(1)
  readonly AUDIT_LOG?: string;
}
