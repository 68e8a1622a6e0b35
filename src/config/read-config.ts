import { validateSync, type ValidationError } from "class-validator";
import { createConfig, type Config } from "./config.js";
import { contradictions } from "./contradictions.js";
import { readDirectories, type Directory } from "./files/directories-file.js";
import { readDocuments } from "./files/documents-file.js";
import { readIssuers, type Issuer } from "./files/issuers-file.js";
import { readKeyFile } from "./files/key-file.js";
import {
  settingsOf,
  textOf,
  type Environment,
  type SettingRow,
} from "./setting.js";
import { SETTING_GROUPS, type Settings } from "./settings.js";

/** An invalid configuration. The message lists every problem and contains no value. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(
      [
        "The configuration is invalid:",
        ...problems.map((problem) => `- ${problem}`),
      ].join("\n"),
    );
    this.name = "ConfigError";
  }
}

/**
 * Reads and validates the environment. An empty variable counts as unset.
 *
 * @throws {ConfigError} with all problems
 */
export function readConfig(environment: Environment): Config {
  const problems: string[] = [];
  const settings = readSettings(environment, problems);
  const config = createConfig({
    ...settings,
    issuers: issuersOf(settings, problems),
    directories: directoriesOf(settings, environment, problems),
    documents: documentsOf(settings, problems),
  });
  checkKeyFile(settings, problems);
  problems.push(...contradictions(config, environment));
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function readSettings(environment: Environment, problems: string[]): Settings {
  const groups = SETTING_GROUPS.map((Group) => {
    const group: object = new Group();
    for (const row of settingsOf(Group)) {
      const text = textOf(row, environment);
      if (text === undefined) continue;
      Object.assign(group, { [row.name]: parseSetting(row, text) });
    }
    problems.push(...validateSync(group).flatMap(problemsOf));
    return group;
  });
  // Object.assign loses the types of the groups in a list.
  return Object.assign({}, ...groups) as Settings;
}

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
      return text === "true" ? true : text === "false" ? false : text;
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
