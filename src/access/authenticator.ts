import { randomBytes } from "node:crypto";
import { hasSignIn, type Config } from "../config/config.js";
import { DEFAULT_DIRECTORY } from "../context/request-context.js";
import { callerWith, SCOPES, type Caller } from "../context/caller.js";
import { Egress } from "../egress/egress.js";
import type { Issuer } from "../config/files/issuers-file.js";
import { digestOf } from "../config/files/key-file.js";
import type { RefusalReason } from "../errors/refusal-reasons.js";
import type { Logger } from "../logging/logger.js";
import { ReportLimit } from "../logging/output.js";
import { ApiKeys } from "./api-keys.js";
import { credentialOf, KEY_PREFIX, type Headers } from "./credential.js";
import { IssuerKeys, type IssuerStatus } from "./tokens/jwks.js";
import { AccessTokens } from "./tokens/access-tokens.js";

/** Random bytes in a key: 256 bits cannot be guessed. */
const KEY_BYTES = 32;

/** Reason when no credential of a kind can be verified. */
const UNSUPPORTED = "unsupported-credential";

/** Caller of a gateway that a command runs for itself, as the audit log names it. */
const COMMAND_CALLER = "contacts-command";

/** Generates an API key. */
export function newKey(): string {
  return `${KEY_PREFIX}${randomBytes(KEY_BYTES).toString("base64url")}`;
}

/** Ability to verify credentials, for readiness and metrics. */
export interface AuthenticatorStatus {
  /** False while no credential of any kind can be verified. */
  readonly canVerify: boolean;
  /** Status by issuer identifier. */
  readonly issuers: ReadonlyMap<string, IssuerStatus>;
  /** Why the API key file cannot be used; null if it can. */
  readonly keyFileFailure: string | null;
}

/** Identifies the caller of a request from its headers. */
export class Authenticator {
  constructor(
    private readonly keys: ApiKeys | null,
    private readonly tokens: Pick<AccessTokens, "callerOf"> | null,
    /** Caller of requests without a credential; null to refuse them. */
    private readonly anonymous: Caller | null,
    /** Printed at start-up when no authentication is configured. */
    readonly developmentKey: string | null = null,
    /** Keys by issuer identifier. */
    private readonly issuers: ReadonlyMap<string, IssuerKeys> = new Map(),
  ) {}

  /**
   * Creates the authenticator from the configuration. Without configured
   * authentication, requests without a credential are from the caller `local`,
   * who holds all scopes. An invalid credential is still refused, so that
   * clients are tested as they will run. With a one-time key, every request must
   * have this key.
   */
  static from(config: Config, logger: Logger): Authenticator {
    const aliases = aliasesOf(config);
    if (config.oneTimeKey !== undefined) {
      const caller = callerWith(COMMAND_CALLER, SCOPES, aliases);
      const digest = digestOf(config.oneTimeKey);
      return new Authenticator(new ApiKeys([{ digest, caller }]), null, null);
    }
    if (!hasSignIn(config)) {
      const local = callerWith("local", SCOPES, aliases);
      const key = config.developmentKey ?? newKey();
      const keys = new ApiKeys([{ digest: digestOf(key), caller: local }]);
      return new Authenticator(keys, null, local, key);
    }
    // Callers without assigned directories may use the only directory, or the
    // one named `default`.
    const defaultDirectories =
      aliases.length === 1 ? aliases : [DEFAULT_DIRECTORY];
    const issuers = new Map<string, IssuerKeys>();
    const { fetch: fetchKeys } = Egress.from(config);
    const keysOf = ({ issuer, jwksUrl }: Issuer): IssuerKeys => {
      const report = reportFetches(issuer, logger);
      const keys = new IssuerKeys(new URL(jwksUrl), report, fetchKeys);
      issuers.set(issuer, keys);
      keys.watch();
      return keys;
    };
    return new Authenticator(
      config.API_KEYS_FILE === undefined
        ? null
        : ApiKeys.watching(config.API_KEYS_FILE, defaultDirectories, logger),
      config.issuers.length === 0
        ? null
        : new AccessTokens(
            config.issuers,
            {
              toleranceSeconds: config.JWT_CLOCK_TOLERANCE_SECONDS,
              defaultDirectories,
            },
            keysOf,
          ),
      null,
      null,
      issuers,
    );
  }

  /**
   * The caller, or why the request does not have exactly one valid credential. Returns
   * a promise only for access tokens; other credentials are checked
   * synchronously.
   */
  callerOf(
    headers: Headers,
  ): Caller | RefusalReason | Promise<Caller | RefusalReason> {
    const credential = credentialOf(headers);
    switch (credential.kind) {
      case "none":
        return this.anonymous ?? "missing-credential";
      case "unusable":
        return credential.reason;
      case "key":
        return this.keys?.callerOf(credential.secret) ?? UNSUPPORTED;
      case "token":
        return this.tokens?.callerOf(credential.secret) ?? UNSUPPORTED;
    }
  }

  /** Whether requests without a credential are served. */
  get isOpen(): boolean {
    return this.anonymous !== null;
  }

  /** Current status. Sends no request. */
  get status(): AuthenticatorStatus {
    const issuers = new Map(
      [...this.issuers].map(([issuer, { status }]) => [issuer, status]),
    );
    const isUnavailable = ({ hasKeys, failure }: IssuerStatus): boolean =>
      !hasKeys && failure !== null;
    return {
      canVerify:
        this.keys !== null ||
        issuers.size === 0 ||
        ![...issuers.values()].every(isUnavailable),
      issuers,
      keyFileFailure: this.keys?.failure ?? null,
    };
  }

  close(): void {
    this.keys?.close();
    for (const keys of this.issuers.values()) keys.close();
  }
}

/** Logs the first failure, then one failure a minute, and the recovery. */
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
          event: "issuer-keys-lost",
          issuer,
          cause,
        });
      }
    } else if (report !== null) {
      report = null;
      logger.log("info", "an issuer's keys can be fetched again", {
        event: "issuer-keys-back",
        issuer,
      });
    }
  };
}

/** Aliases of all directories. */
export function aliasesOf(config: Config): readonly string[] {
  return config.directories.size === 0
    ? [DEFAULT_DIRECTORY]
    : [...config.directories.keys()];
}
