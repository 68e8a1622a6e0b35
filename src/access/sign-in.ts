import { randomBytes } from "node:crypto";
import { hasSignIn, type Config } from "../config/config.js";
import { DEFAULT_DIRECTORY } from "../context/request-context.js";
import { callerWith, SCOPES, type Caller } from "../context/caller.js";
import { digestOf } from "../config/key-file.js";
import type { Logger } from "../logging/logger.js";
import { ApiKeys } from "./api-keys.js";
import { credentialOf, KEY_PREFIX, type Headers } from "./credential.js";
import { IssuerKeys } from "./key-set.js";
import { Tokens } from "./tokens.js";

/** Bits of a key: enough that no one finds one by trying. */
const KEY_BYTES = 32;

/** A new API key. */
export function newKey(): string {
  return `${KEY_PREFIX}${randomBytes(KEY_BYTES).toString("base64url")}`;
}

/** Tells who sent a request, from its headers alone. */
export class SignIn {
  constructor(
    private readonly keys: ApiKeys | null,
    private readonly tokens: Pick<Tokens, "callerOf"> | null,
    /** Who a request without a credential is from; null: nobody, refused. */
    private readonly unsigned: Caller | null,
    /** Printed at start where nothing else is configured. */
    readonly developmentKey: string | null = null,
  ) {}

  /**
   * Made from the configuration. Without any sign-in configured every request
   * from this machine is `local` with all rights; a wrong credential is still
   * refused, so that a client is tested as it will run.
   */
  static from(config: Config, logger: Logger): SignIn {
    const aliases = aliasesOf(config);
    if (!hasSignIn(config)) {
      const local = callerWith("local", SCOPES, aliases);
      const key = config.developmentKey ?? newKey();
      const keys = new ApiKeys([{ digest: digestOf(key), caller: local }]);
      return new SignIn(keys, null, local, key);
    }
    // Who is given no directory by name may use the one there is, or the one
    // that is called default.
    const usual = aliases.length === 1 ? aliases : [DEFAULT_DIRECTORY];
    return new SignIn(
      config.API_KEYS_FILE === undefined
        ? null
        : ApiKeys.watching(config.API_KEYS_FILE, usual, logger),
      config.issuers.length === 0
        ? null
        : new Tokens(
            config.issuers,
            {
              toleranceSeconds: config.JWT_CLOCK_TOLERANCE_SECONDS,
              defaultDirectories: usual,
            },
            ({ jwksUrl }) =>
              new IssuerKeys(new URL(jwksUrl), () =>
                logger.log("warn", "an issuer's keys cannot be fetched"),
              ),
          ),
      null,
    );
  }

  /**
   * The caller; null when there is no valid credential, or more than one. A
   * promise only for access tokens, so that all else costs no turn of the loop.
   */
  callerOf(headers: Headers): Caller | null | Promise<Caller | null> {
    const credential = credentialOf(headers);
    switch (credential.kind) {
      case "none":
        return this.unsigned;
      case "unusable":
        return null;
      case "key":
        return this.keys?.callerOf(credential.secret) ?? null;
      case "token":
        return this.tokens?.callerOf(credential.secret) ?? null;
    }
  }

  /** Whether requests without a credential are served. */
  get isOpen(): boolean {
    return this.unsigned !== null;
  }

  close(): void {
    this.keys?.close();
  }
}

/** Aliases of all directories. */
export function aliasesOf(config: Config): readonly string[] {
  return config.directories.size === 0
    ? [DEFAULT_DIRECTORY]
    : [...config.directories.keys()];
}
