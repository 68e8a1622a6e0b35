import { randomBytes } from "node:crypto";
import { hasSignIn, type Config } from "../config/config.js";
import { DEFAULT_DIRECTORY } from "../context/request-context.js";
import { callerWith, SCOPES, type Caller } from "../context/caller.js";
import type { Issuer } from "../config/files/issuers-file.js";
import { digestOf } from "../config/files/key-file.js";
import type { Logger } from "../logging/logger.js";
import { ReportLimit } from "../logging/output.js";
import { ApiKeys } from "./api-keys.js";
import { credentialOf, KEY_PREFIX, type Headers } from "./credential.js";
import { IssuerKeys, type IssuerStatus } from "./tokens/jwks.js";
import { AccessTokens } from "./tokens/access-tokens.js";

/** Bits of a key: enough that no one finds one by trying. */
const KEY_BYTES = 32;

/** A new API key. */
export function newKey(): string {
  return `${KEY_PREFIX}${randomBytes(KEY_BYTES).toString("base64url")}`;
}

/** Whether credentials can be verified; for readiness and metrics. */
export interface AuthenticatorStatus {
  /** False while no credential at all can be verified. */
  readonly canVerify: boolean;
  /** By the issuer's identifier. */
  readonly issuers: ReadonlyMap<string, IssuerStatus>;
  /** Why the API key file cannot be used now; null while it can. */
  readonly keyFileFailure: string | null;
}

/** Tells who sent a request, from its headers alone. */
export class Authenticator {
  constructor(
    private readonly keys: ApiKeys | null,
    private readonly tokens: Pick<AccessTokens, "callerOf"> | null,
    /** Who a request without a credential is from; null: nobody, refused. */
    private readonly anonymous: Caller | null,
    /** Printed at start where nothing else is configured. */
    readonly developmentKey: string | null = null,
    /** Keys of each issuer, by its identifier. */
    private readonly issuers: ReadonlyMap<string, IssuerKeys> = new Map(),
  ) {}

  /**
   * Made from the configuration. Without any sign-in configured every request
   * from this machine is `local` with all rights; a wrong credential is still
   * refused, so that a client is tested as it will run.
   */
  static from(config: Config, logger: Logger): Authenticator {
    const aliases = aliasesOf(config);
    if (!hasSignIn(config)) {
      const local = callerWith("local", SCOPES, aliases);
      const key = config.developmentKey ?? newKey();
      const keys = new ApiKeys([{ digest: digestOf(key), caller: local }]);
      return new Authenticator(keys, null, local, key);
    }
    // Who is given no directory by name may use the one there is, or the one
    // that is called default.
    const usual = aliases.length === 1 ? aliases : [DEFAULT_DIRECTORY];
    const issuers = new Map<string, IssuerKeys>();
    const keysOf = ({ issuer, jwksUrl }: Issuer): IssuerKeys => {
      const report = reportFetches(issuer, logger);
      const keys = new IssuerKeys(new URL(jwksUrl), report);
      issuers.set(issuer, keys);
      keys.watch();
      return keys;
    };
    return new Authenticator(
      config.API_KEYS_FILE === undefined
        ? null
        : ApiKeys.watching(config.API_KEYS_FILE, usual, logger),
      config.issuers.length === 0
        ? null
        : new AccessTokens(
            config.issuers,
            {
              toleranceSeconds: config.JWT_CLOCK_TOLERANCE_SECONDS,
              defaultDirectories: usual,
            },
            keysOf,
          ),
      null,
      null,
      issuers,
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
        return this.anonymous;
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
    return this.anonymous !== null;
  }

  /** As far as it is known without asking anyone. */
  get status(): AuthenticatorStatus {
    const issuers = new Map(
      [...this.issuers].map(([issuer, { status: standing }]) => [
        issuer,
        standing,
      ]),
    );
    const cannot = ({ hasKeys, failure }: IssuerStatus): boolean =>
      !hasKeys && failure !== null;
    return {
      canVerify:
        this.keys !== null ||
        issuers.size === 0 ||
        ![...issuers.values()].every(cannot),
      issuers,
      keyFileFailure: this.keys?.failure ?? null,
    };
  }

  close(): void {
    this.keys?.close();
    for (const keys of this.issuers.values()) keys.close();
  }
}

/** Logs the first failure, then one a minute, and the end of the trouble. */
function reportFetches(
  issuer: string,
  logger: Logger,
): (failure: string | null) => void {
  let report: ReportLimit | null = null;
  return (cause) => {
    if (cause !== null) {
      report ??= new ReportLimit();
      if (report.isDue) {
        logger.log("error", "an issuer's keys cannot be fetched", {
          issuer,
          cause,
        });
      }
    } else if (report !== null) {
      report = null;
      logger.log("info", "an issuer's keys can be fetched again", { issuer });
    }
  };
}

/** Aliases of all directories. */
export function aliasesOf(config: Config): readonly string[] {
  return config.directories.size === 0
    ? [DEFAULT_DIRECTORY]
    : [...config.directories.keys()];
}
