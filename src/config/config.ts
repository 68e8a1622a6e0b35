import { inspect } from "node:util";
import { validateSync } from "class-validator";
import { contradictions } from "./contradictions.js";
import { readDirectories, type Directory } from "./files/directories-file.js";
import { readDocuments } from "./files/documents-file.js";
import { readIssuers, type Issuer } from "./files/issuers-file.js";
import { readKeyFile } from "./files/key-file.js";
import { settings, type SettingRow } from "./setting.js";
import { TelemetrySettings } from "./telemetry-settings.js";

export { hasSignIn } from "./contradictions.js";
export { isLoopback } from "./rules.js";

/** The environment and the files it names, read and validated once at start. */
export class Config extends TelemetrySettings {
  /** Issuers of access tokens, from both places where they can be named. */
  readonly issuers: readonly Issuer[] = [];
  /** Directories of `DIRECTORIES_FILE`; empty where there is no such file. */
  readonly directories: ReadonlyMap<string, Directory> = new Map();
  /** GraphQL documents by id, from the manifest. */
  readonly documents: ReadonlyMap<string, string> = new Map();
  /** Base URL of the emulator that this process runs in place of the vendor. */
  readonly embeddedEmulator?: string;
  /** An API key for trying things out, where several processes share one. */
  readonly developmentKey?: string;
}

// Names of what is set, never a value: secrets are among them.
Object.defineProperties(Config.prototype, {
  toJSON: {
    value(this: Config) {
      return { settings: Object.keys(this) };
    },
  },
  [inspect.custom]: {
    value(this: Config) {
      return `Config ${JSON.stringify(this)}`;
    },
  },
});

/** Whether the schema may be asked for: in production only where that is wished. */
export function showsSchema(
  config: Pick<Config, "GRAPHQL_INTROSPECTION" | "NODE_ENV">,
): boolean {
  return config.GRAPHQL_INTROSPECTION ?? config.NODE_ENV !== "production";
}

/** The same configuration with some members changed. */
export function withChanges(config: Config, changes: Partial<Config>): Config {
  return Object.freeze(Object.assign(new Config(), config, changes));
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
  Object.assign(config, filesOf(config, environment, problems));
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

/** What stands in the files that settings name. */
function filesOf(
  config: Config,
  environment: Readonly<Record<string, string | undefined>>,
  problems: string[],
): Pick<Config, "issuers" | "directories" | "documents"> {
  const { JWT_ISSUER, JWT_AUDIENCE, JWT_JWKS_URL, JWT_ALGORITHMS } = config;
  const issuers: Issuer[] = [];
  if (JWT_ISSUER !== undefined && JWT_AUDIENCE && JWT_JWKS_URL !== undefined) {
    issuers.push({
      issuer: JWT_ISSUER,
      audience: JWT_AUDIENCE,
      jwksUrl: JWT_JWKS_URL,
      algorithms: JWT_ALGORITHMS,
    });
  }
  if (config.JWT_ISSUERS_FILE !== undefined) {
    issuers.push(
      ...readIssuers(config.JWT_ISSUERS_FILE, JWT_ALGORITHMS, problems),
    );
  }
  if (config.API_KEYS_FILE !== undefined) {
    for (const problem of readKeyFile(config.API_KEYS_FILE, []).problems) {
      problems.push(`API_KEYS_FILE: ${problem}`);
    }
  }
  return {
    issuers,
    directories:
      config.DIRECTORIES_FILE === undefined
        ? new Map<string, Directory>()
        : readDirectories(config.DIRECTORIES_FILE, environment, problems),
    documents:
      config.PERSISTED_DOCUMENTS_FILE === undefined
        ? new Map<string, string>()
        : readDocuments(config.PERSISTED_DOCUMENTS_FILE, problems),
  };
}
