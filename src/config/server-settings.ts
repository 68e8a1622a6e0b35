import {
  ArrayMinSize,
  IsIn,
  IsOptional,
  Matches,
  MinLength,
} from "class-validator";
import {
  isTrustedProxies,
  TRUSTED_PROXIES_RULE,
} from "../proxies/trusted-proxies.js";
import { IsCount, isEndpoint, IsPort, isPublicUrl, Must } from "./rules.js";
import { Setting } from "./setting.js";

/** Ports, proxies, the vendor, credentials and the log. */
export class ServerSettings {
  @Setting("number", "`3000`", "Port of GraphQL, REST and the web pages.")
  @IsPort()
  readonly PORT: number = 3000;

  @Setting(
    "text",
    "`127.0.0.1`",
    "Address to listen on. Without authentication, it must be a loopback address.",
  )
  @MinLength(1)
  readonly HOST: string = "127.0.0.1";

  @Setting("number", "`3001`", "Port of `/livez`, `/readyz` and `/metrics`.")
  @IsPort()
  readonly OPS_PORT: number = 3001;

  @Setting(
    "text",
    "none",
    "URL under which clients reach the gateway, such as `https://api.example.com/gw`. All links begin with it, and pages of its origin may call the gateway. The proxy may keep or remove its path.",
  )
  @IsOptional()
  @Must(
    "must be https://<host>[/<path>] or http://<host>[/<path>], without a query, and its path must not begin with one of the gateway's own paths",
    isPublicUrl,
  )
  readonly PUBLIC_URL?: string;

  @Setting(
    "list",
    "none",
    "Proxies whose `X-Forwarded-*` and `Forwarded` headers the gateway uses, separated by commas: addresses, ranges such as `10.0.0.0/8`, and the names `loopback`, `linklocal` and `uniquelocal`; or the number of proxies in front of the gateway.",
  )
  @Must(TRUSTED_PROXIES_RULE, isTrustedProxies)
  readonly TRUSTED_PROXIES: readonly string[] = [];

  @Setting(
    "number",
    "`72000`",
    "Milliseconds after which an idle connection of a client is closed, 1000 to 3600000. It must be longer than the proxy keeps idle connections: otherwise the proxy may send a request on a connection that is being closed.",
  )
  @IsCount(1_000, 3_600_000)
  readonly KEEP_ALIVE_TIMEOUT_MS: number = 72_000;

  @Setting(
    "number",
    "`4010`",
    "Port of the emulator. If it is in use, the embedded emulator listens on a free port.",
  )
  @IsPort()
  readonly EMULATOR_PORT: number = 4010;

  @Setting(
    "text",
    "embedded emulator",
    "Base URL of the vendor's API: `https://…`, or `http://…` on loopback.",
  )
  @IsOptional()
  @Must(
    "must be https://<host>, or http://<host> on loopback, without a path",
    isEndpoint,
  )
  readonly UPSTREAM_ENDPOINT?: string;

  @Setting(
    "text",
    "`keys`",
    "Source of the vendor credentials: `keys` (the variables below) or `chain` (the vendor's default credentials chain).",
  )
  @IsIn(["keys", "chain"], { message: "must be keys or chain" })
  readonly UPSTREAM_CREDENTIALS: "keys" | "chain" = "keys";

  @Setting(
    "text",
    "none",
    "AccessKey id for the vendor's API. Required with `UPSTREAM_ENDPOINT` and `keys`.",
  )
  @IsOptional()
  @MinLength(1)
  readonly ALIBABA_CLOUD_ACCESS_KEY_ID?: string;

  @Setting("text", "none", "AccessKey secret.")
  @IsOptional()
  @MinLength(1)
  readonly ALIBABA_CLOUD_ACCESS_KEY_SECRET?: string;

  @Setting("text", "none", "STS token, for temporary credentials.")
  @IsOptional()
  @MinLength(1)
  readonly ALIBABA_CLOUD_SECURITY_TOKEN?: string;

  @Setting(
    "text",
    "none",
    "JSON file with `accessKeyId`, `accessKeySecret` and optionally `securityToken`, in place of the three variables above. It is read again within a second of a change; while it is missing or invalid, the last credentials stay in use.",
  )
  @IsOptional()
  @MinLength(1)
  readonly UPSTREAM_CREDENTIALS_FILE?: string;

  @Setting(
    "list",
    "`86`",
    "Accepted country codes of phone numbers, separated by commas.",
  )
  @ArrayMinSize(1, { message: "must name at least one country code" })
  @Matches(/^[1-9]\d{0,3}$/, {
    each: true,
    message: "must be country codes of one to four digits",
  })
  readonly PHONE_COUNTRY_CODES: readonly string[] = ["86"];

  @Setting(
    "text",
    "`info`",
    "Minimum log level: `debug`, `info`, `warn`, `error` or `silent`.",
  )
  @IsIn(["debug", "info", "warn", "error", "silent"], {
    message: "must be debug, info, warn, error or silent",
  })
  readonly LOG_LEVEL: "debug" | "info" | "warn" | "error" | "silent" = "info";

  @Setting(
    "number",
    "`50`",
    "Maximum number of log lines per second and reason for requests that are refused before a vendor call. Further ones are counted; see [the log](operations.md#logs).",
  )
  @IsCount(1, 100_000)
  readonly LOG_REFUSALS_PER_SECOND: number = 50;

  @Setting(
    "text",
    "none",
    "With `production`, the gateway does not start with the embedded emulator or with debug output of the HTTP client.",
  )
  @IsOptional()
  readonly NODE_ENV?: string;
}
