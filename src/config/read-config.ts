import { validateSync, type ValidationError } from "class-validator";
import { createConfig, type Config } from "./config.js";
import { contradictions } from "./contradictions.js";
import {
  environmentWarnings,
  isInjectedPort,
} from "./environment/environment-warnings.js";
import { readCredentialsFile } from "./files/credentials-file.js";
import { readDirectories, type Directory } from "./files/directories-file.js";
import { readDocuments } from "./files/documents-file.js";
import { readIssuers, type Issuer } from "./files/issuers-file.js";
import { unreadableReason } from "./files/file-reasons.js";
import { UNREADABLE } from "./files/json-file.js";
import { readKeyFile } from "./files/key-file.js";
import {
  settingsOf,
  textOf,
  type Environment,
  type SettingRow,
} from "./setting.js";
import {
  SETTING_GROUPS,
  settings as allSettings,
  type Settings,
} from "./settings.js";
import { telemetryProblems } from "./telemetry/telemetry-problems.js";

/** Details that are added to the problems of a configuration. */
interface ProblemSources {
  /** Variables that are probably misspelt. */
  readonly hints: readonly string[];
  /** Paths of files, by the setting that names them. */
  readonly files: ReadonlyMap<string, string>;
}

/** An invalid configuration. The message lists every problem and contains no value. */
export class ConfigError extends Error {
  constructor(
    readonly problems: readonly string[],
    private readonly sources: ProblemSources = { hints: [], files: new Map() },
  ) {
    super(listOf(problems, sources.hints));
    this.name = "ConfigError";
  }

  /** Variables that are probably misspelt, one sentence each. */
  get hints(): readonly string[] {
    return this.sources.hints;
  }

  /** The problems with the paths of files, for the terminal of the operator. */
  get located(): readonly string[] {
    return this.problems.map((problem) => {
      const [, setting = "", rest = ""] = /^(\w+): (.*)$/.exec(problem) ?? [];
      const path = this.sources.files.get(setting);
      if (path === undefined) return problem;
      const reason = rest === UNREADABLE ? unreadableReason(path) : null;
      return `${setting} (${path}): ${rest}${reason === null ? "" : `: ${reason}`}`;
    });
  }

  /** The message with the paths of files. */
  get report(): string {
    return listOf(this.located, this.hints);
  }
}

function listOf(problems: readonly string[], hints: readonly string[]): string {
  const item = (text: string): string => `- ${text}`;
  return [
    "The configuration is invalid:",
    ...problems.map(item),
    ...(hints.length === 0 ? [] : ["Check also:", ...hints.map(item)]),
  ].join("\n");
}

/**
 * Reads and validates the environment. An empty variable counts as unset.
 *
 * @param more values that are not settings
 * @throws {ConfigError} with all problems
 */
export function readConfig(
  environment: Environment,
  more: Pick<Config, "oneTimeKey"> = {},
): Config {
  const problems: string[] = [];
  const settings = readSettings(environment, problems);
  const warnings = environmentWarnings(environment, allSettings());
  const config = createConfig({
    ...settings,
    ...more,
    warnings,
    issuers: issuersOf(settings, problems),
    directories: directoriesOf(settings, environment, problems),
    documents: documentsOf(settings, problems),
  });
  checkKeyFile(settings, problems);
  checkCredentialsFile(settings, problems);
  problems.push(...contradictions(config, environment));
  problems.push(...telemetryProblems(config, environment));
  if (problems.length > 0) {
    throw new ConfigError(problems, {
      hints: warnings,
      files: filesOf(settings),
    });
  }
  return config;
}

function readSettings(environment: Environment, problems: string[]): Settings {
  const groups = SETTING_GROUPS.map((Group) => {
    const group: object = new Group();
    for (const row of settingsOf(Group)) {
      const text = textOf(row, environment);
      if (text === undefined || isInjectedPort(row, environment)) continue;
      Object.assign(group, { [row.name]: parseSetting(row, text) });
    }
    problems.push(...validateSync(group).flatMap(problemsOf));
    return group;
  });
  // Object.assign loses the types of the groups in a list.
  return Object.assign({}, ...groups) as Settings;
}

const FLAGS: Readonly<Record<string, boolean>> = { true: true, false: false };

/** Parses the text of a variable. Text that does not fit its kind fails validation. */
function parseSetting({ kind }: SettingRow, text: string): unknown {
  switch (kind) {
    case "text":
      return text;
    case "number":
      return /^\d+$/.test(text) ? Number(text) : NaN;
    case "list":
      return text.split(",").map((part) => part.trim());
    case "flag":
      return FLAGS[text.toLowerCase()] ?? text;
  }
}

/** One sentence per violated rule. Default messages start with the name already. */
function problemsOf({ property, constraints }: ValidationError): string[] {
  return [...new Set(Object.values(constraints ?? {}))].map((message) =>
    message.startsWith(`${property} `) ? message : `${property} ${message}`,
  );
}

function issuersOf(settings: Settings, problems: string[]): Issuer[] {
  const { JWT_ISSUER, JWT_AUDIENCE, JWT_JWKS_URL, JWT_ALGORITHMS } = settings;
  const issuers: Issuer[] = [];
  if (JWT_ISSUER !== undefined && JWT_AUDIENCE && JWT_JWKS_URL !== undefined) {
    issuers.push({
      issuer: JWT_ISSUER,
      audience: JWT_AUDIENCE,
      jwksUrl: JWT_JWKS_URL,
      algorithms: JWT_ALGORITHMS,
    });
  }
  const { JWT_ISSUERS_FILE: path } = settings;
  if (path !== undefined) {
    issuers.push(...readIssuers(path, JWT_ALGORITHMS, problems));
  }
  return issuers;
}

function directoriesOf(
  { DIRECTORIES_FILE: path }: Settings,
  environment: Environment,
  problems: string[],
): ReadonlyMap<string, Directory> {
  return path === undefined
    ? new Map()
    : readDirectories(path, environment, problems);
}

function documentsOf(
  { PERSISTED_DOCUMENTS_FILE: path }: Settings,
  problems: string[],
): ReadonlyMap<string, string> {
  return path === undefined ? new Map() : readDocuments(path, problems);
}

/** Reports problems of the key file. The keys themselves are loaded by the authenticator. */
function checkKeyFile(
  { API_KEYS_FILE: path }: Settings,
  problems: string[],
): void {
  if (path === undefined) return;
  const found = readKeyFile(path, []).problems;
  problems.push(...found.map((problem) => `API_KEYS_FILE: ${problem}`));
}

/** Reports problems of the file of vendor credentials, which may change later. */
function checkCredentialsFile(
  { UPSTREAM_CREDENTIALS_FILE: path }: Settings,
  problems: string[],
): void {
  if (path === undefined) return;
  const found = readCredentialsFile(path).problems;
  problems.push(...found.map((one) => `UPSTREAM_CREDENTIALS_FILE: ${one}`));
}

/** Paths of the files that settings name. */
function filesOf(settings: Settings): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(settings).filter(
      (entry): entry is [string, string] =>
        /_FILE$|^OTEL_.*_(?:CERTIFICATE|CLIENT_KEY)$/.test(entry[0]) &&
        typeof entry[1] === "string",
    ),
  );
}
