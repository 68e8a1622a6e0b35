import { inspect } from "node:util";
import type { Directory } from "./files/directories-file.js";
import type { Issuer } from "./files/issuers-file.js";
import type { Settings } from "./settings.js";

/** Declares the members of all setting groups; `createConfig` assigns their values. */
const WithSettings = class {} as new () => Settings;

/** The environment and the files that it names, read and validated once at start. */
export class Config extends WithSettings {
  /** Issuers of access tokens, from the variables and from `JWT_ISSUERS_FILE`. */
  readonly issuers: readonly Issuer[] = [];
  /** Directories of `DIRECTORIES_FILE` by alias; empty without that file. */
  readonly directories: ReadonlyMap<string, Directory> = new Map();
  /** GraphQL documents by id, from the manifest. */
  readonly documents: ReadonlyMap<string, string> = new Map();
  /** Variables that have no effect and probably should have one; names only. */
  readonly warnings: readonly string[] = [];
  /** Base URL of the emulator that this process runs in place of the vendor. */
  readonly embeddedEmulator?: string;
  /** API key for development, if several processes share one. */
  readonly developmentKey?: string;
  /** The only credential of a gateway that a command runs for itself: an API key. */
  readonly oneTimeKey?: string;
}

// Prints names only: some of the values are secrets. These are not declared as methods,
// so that an object with the values of a configuration has the type `Config`.
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

/** Creates an immutable configuration from its values. */
export function createConfig(values: Settings & Partial<Config>): Config {
  return Object.freeze(Object.assign(new Config(), values));
}

/** Returns a copy of a configuration with changed values. */
export function withChanges(config: Config, changes: Partial<Config>): Config {
  return createConfig({ ...config, ...changes });
}

/** Whether introspection is enabled. The default is false in production. */
export function showsSchema(
  config: Pick<Config, "GRAPHQL_INTROSPECTION" | "NODE_ENV">,
): boolean {
  return config.GRAPHQL_INTROSPECTION ?? config.NODE_ENV !== "production";
}

/** Whether authentication is configured. Without it, the gateway serves this machine only. */
export function hasSignIn(
  config: Pick<Config, "API_KEYS_FILE" | "issuers" | "oneTimeKey">,
): boolean {
  return (
    config.API_KEYS_FILE !== undefined ||
    config.issuers.length > 0 ||
    config.oneTimeKey !== undefined
  );
}
