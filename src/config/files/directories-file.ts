import { isObject, objectIn } from "./json-file.js";
import { isEndpoint } from "../rules.js";

/** Keys towards the vendor, or where they come from. */
export type DirectoryCredentials =
  | { readonly kind: "chain" }
  | {
      readonly kind: "keys";
      readonly accessKeyId: string;
      readonly accessKeySecret: string;
      readonly securityToken?: string;
    };

/** One resource directory of the vendor, as the gateway reaches it. */
export interface Directory {
  readonly endpoint: string;
  readonly credentials: DirectoryCredentials;
}

type Environment = Readonly<Record<string, string | undefined>>;

const SETTING = "DIRECTORIES_FILE";
const ALIAS = /^[a-z][a-z0-9-]{0,31}$/;

/** Whether a text can stand as the alias of a directory. */
export function isAlias(text: unknown): text is string {
  return typeof text === "string" && ALIAS.test(text);
}

/**
 * Reads `{"directories": {"<alias>": {"endpoint", "credentials"}}}`, where
 * `credentials` is `"chain"` or names the variables that hold the keys, so that
 * the file itself holds no secret.
 */
export function readDirectories(
  path: string,
  environment: Environment,
  problems: string[],
): ReadonlyMap<string, Directory> {
  const found = new Map<string, Directory>();
  const file = objectIn(path, SETTING, problems);
  if (file === null) return found;
  const { directories } = file;
  if (!isObject(directories) || Object.keys(directories).length === 0) {
    problems.push(`${SETTING} must hold an object named directories`);
    return found;
  }
  for (const [index, [alias, row]] of Object.entries(directories).entries()) {
    const say = (rule: string): number =>
      problems.push(`${SETTING}: directory ${index + 1} ${rule}`);
    if (!isAlias(alias)) {
      say("must have an alias of 1 to 32 of a-z 0-9 - that begins with a-z");
    }
    const { endpoint, credentials } = isObject(row) ? row : {};
    if (!isEndpoint(endpoint)) {
      say("must have an endpoint https://<host>, or http://<host> on loopback");
    }
    found.set(alias, {
      endpoint: String(endpoint),
      credentials: readCredentials(credentials, environment, say),
    });
  }
  return found;
}

function readCredentials(
  given: unknown,
  environment: Environment,
  say: (rule: string) => unknown,
): DirectoryCredentials {
  if (given === "chain") return { kind: "chain" };
  const named = isObject(given) ? given : {};
  const read = (member: string): string => {
    const name = named[member];
    const value = typeof name === "string" ? environment[name]?.trim() : "";
    if (value === undefined || value === "") {
      say(`must name in credentials.${member} a variable that is set`);
    }
    return value ?? "";
  };
  return {
    kind: "keys",
    accessKeyId: read("accessKeyId"),
    accessKeySecret: read("accessKeySecret"),
    ...(named["securityToken"] === undefined
      ? {}
      : { securityToken: read("securityToken") }),
  };
}
