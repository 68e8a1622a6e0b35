import {
  ArrayMinSize,
  IsIn,
  IsInt,
  IsOptional,
  Matches,
  Max,
  Min,
  MinLength,
  ValidateBy,
  validateSync,
} from "class-validator";
import { Setting, settings, type SettingRow } from "./setting.js";

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/;

/** Whether a host name or address can only be reached from this machine. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

function isEndpoint(value: unknown): boolean {
  if (typeof value !== "string") return false;
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    return false;
  }
  const isBare =
    url.pathname === "/" && url.search === "" && url.username === "";
  return (
    isBare &&
    (url.protocol === "https:" ||
      (url.protocol === "http:" && isLoopback(url.hostname)))
  );
}

const IsPort = (): PropertyDecorator => {
  const message = "must be a port number from 0 to 65535";
  return (target, name) => {
    IsInt({ message })(target, name);
    Min(0, { message })(target, name);
    Max(65_535, { message })(target, name);
  };
};

/** The environment, read and validated once at start. */
export class Config {
  @Setting("number", "`3000`", "Port of GraphQL, REST and the pages.")
  @IsPort()
  readonly PORT: number = 3000;

  @Setting(
    "text",
    "`127.0.0.1`",
    "Address to listen on. Without sign-in it must be a loopback address.",
  )
  @ValidateBy(
    {
      name: "loopback",
      validator: { validate: (v) => typeof v === "string" && isLoopback(v) },
    },
    { message: "must be a loopback address while no sign-in is configured" },
  )
  readonly HOST: string = "127.0.0.1";

  @Setting("number", "`3001`", "Port of `/livez` and `/readyz`.")
  @IsPort()
  readonly OPS_PORT: number = 3001;

  @Setting(
    "text",
    "embedded emulator",
    "Base URL of the vendor: `https://…`, or `http://` on loopback.",
  )
  @IsOptional()
  @ValidateBy(
    { name: "endpoint", validator: { validate: isEndpoint } },
    {
      message:
        "must be https://<host>, or http://<host> on loopback, without a path",
    },
  )
  readonly UPSTREAM_ENDPOINT?: string;

  @Setting(
    "text",
    "`keys`",
    "Where the vendor's keys come from: `keys` (the three variables below) or `chain` (the vendor's default credentials chain).",
  )
  @IsIn(["keys", "chain"], { message: "must be keys or chain" })
  readonly UPSTREAM_CREDENTIALS: "keys" | "chain" = "keys";

  @Setting(
    "text",
    "none",
    "AccessKey id towards the vendor. Needed with `UPSTREAM_ENDPOINT` and `keys`.",
  )
  @IsOptional()
  @MinLength(1)
  readonly ALIBABA_CLOUD_ACCESS_KEY_ID?: string;

  @Setting("text", "none", "AccessKey secret. Never printed.")
  @IsOptional()
  @MinLength(1)
  readonly ALIBABA_CLOUD_ACCESS_KEY_SECRET?: string;

  @Setting("text", "none", "STS token of temporary keys. Never printed.")
  @IsOptional()
  @MinLength(1)
  readonly ALIBABA_CLOUD_SECURITY_TOKEN?: string;

  @Setting(
    "list",
    "`86`",
    "Country codes of phone numbers that are accepted, separated by commas.",
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
    "`debug`, `info`, `warn`, `error` or `silent`: least level that is logged.",
  )
  @IsIn(["debug", "info", "warn", "error", "silent"], {
    message: "must be debug, info, warn, error or silent",
  })
  readonly LOG_LEVEL: "debug" | "info" | "warn" | "error" | "silent" = "info";

  @Setting(
    "text",
    "none",
    "`production` refuses the embedded emulator and debug output of the HTTP client.",
  )
  @IsOptional()
  readonly NODE_ENV?: string;
}

/** Configuration that cannot be used; names every problem, prints no value. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(
      [
        "The configuration cannot be used:",
        ...problems.map((p) => `- ${p}`),
      ].join("\n"),
    );
    this.name = "ConfigError";
  }
}

/**
 * Reads and checks the environment. An empty variable counts as unset.
 *
 * @throws {ConfigError} with all problems at once
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
): Config {
  const given: Record<string, unknown> = {};
  for (const row of settings()) {
    const text = environment[row.name]?.trim();
    if (text !== undefined && text !== "") given[row.name] = read(row, text);
  }
  const config = Object.assign(new Config(), given);
  const problems = validateSync(config).flatMap(({ property, constraints }) =>
    [...new Set(Object.values(constraints ?? {}))].map(
      (rule) =>
        `${property} ${rule.startsWith(`${property} `) ? rule.slice(property.length + 1) : rule}`,
    ),
  );
  problems.push(...contradictions(config, environment));
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(config);
}

function read(row: SettingRow, text: string): unknown {
  switch (row.kind) {
    case "text":
      return text;
    case "number":
      return /^\d+$/.test(text) ? Number(text) : NaN;
    case "list":
      return text.split(",").map((part) => part.trim());
    case "flag":
      return text === "true" ? true : text === "false" ? false : text;
  }
}

function contradictions(
  config: Config,
  environment: Readonly<Record<string, string | undefined>>,
): string[] {
  const problems: string[] = [];
  const isProduction = config.NODE_ENV === "production";
  if (config.UPSTREAM_ENDPOINT === undefined && isProduction) {
    problems.push(
      "UPSTREAM_ENDPOINT must be set in production: the emulator is not for production",
    );
  }
  if (
    config.UPSTREAM_ENDPOINT !== undefined &&
    config.UPSTREAM_CREDENTIALS === "keys" &&
    (config.ALIBABA_CLOUD_ACCESS_KEY_ID === undefined ||
      config.ALIBABA_CLOUD_ACCESS_KEY_SECRET === undefined)
  ) {
    problems.push(
      "ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET must be set with UPSTREAM_ENDPOINT (or UPSTREAM_CREDENTIALS=chain)",
    );
  }
  if (config.PORT !== 0 && config.PORT === config.OPS_PORT) {
    problems.push("OPS_PORT must differ from PORT");
  }
  // The HTTP client below pop-core prints headers and bodies (observed).
  if (isProduction && /httpx|\*/.test(environment["DEBUG"] ?? "")) {
    problems.push("DEBUG must not name httpx in production");
  }
  return problems;
}
