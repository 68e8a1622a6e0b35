import { codeOf } from "../../logging/output.js";
import type { Credentials, CredentialsProvider } from "./signer.js";

/** Fixed credentials, with an optional STS token. */
export class StaticCredentials implements CredentialsProvider {
  private readonly answer: Promise<Credentials>;

  constructor(credentials: Credentials) {
    this.answer = Promise.resolve(credentials);
  }

  getCredentials(): Promise<Credentials> {
    return this.answer;
  }
}

/** The used part of the vendor's credentials client. */
export interface CredentialSource {
  getCredential(): Promise<{
    accessKeyId?: string;
    accessKeySecret?: string;
    securityToken?: string;
  }>;
}

/**
 * No credentials are available. `reason` names the cause in one word and contains
 * neither a credential nor a response.
 */
export class CredentialsError extends Error {
  constructor(
    /**
     * Whether the service that issues them rejected the request, or none is configured.
     * False if it cannot be reached or failed: a later call may succeed.
     */
    readonly isDenied: boolean,
    readonly reason: string,
  ) {
    super(`no credentials: ${reason}`);
    this.name = "CredentialsError";
  }
}

/** Maximum time that a call waits for credentials. Fetching them continues. */
const MAX_WAIT_MS = 4_000;

/** Time that fetched credentials are cached. */
const CACHE_TTL_MS = 60_000;

/** A rejected AccessKey causes at most one new instance in this time. */
const RESTART_PAUSE_MS = 5_000;

/**
 * Credentials from the vendor's default provider chain.
 *
 * Defects of the chain (observed in 2.4.7):
 * - parallel first calls are rejected while an earlier provider fails;
 * - after a total failure an instance retries only its last provider;
 * - concurrent refreshes are not shared.
 *
 * - files are read once, so that a new key in a profile has no effect.
 *
 * So this class fetches once at a time, and creates a new instance after a failure, after
 * a change of the files, and when the vendor has rejected the credentials.
 */
export class ChainCredentials implements CredentialsProvider {
  private source: CredentialSource | null = null;
  private fetched: { credentials: Credentials; atMs: number } | null = null;
  private fetching: Promise<Credentials> | null = null;
  private restartedAtMs = Number.NEGATIVE_INFINITY;
  /** AccessKey id of the last credentials. */
  private lastId: string | null = null;

  constructor(
    private readonly makeSource: () =>
      CredentialSource | Promise<CredentialSource>,
    private readonly now: () => number = Date.now,
    /** Whether a file that the source reads has changed since the last call. */
    private readonly hasChanged: () => boolean = () => false,
    private readonly onChange: (failure: string | null) => void = () =>
      undefined,
  ) {}

  /** @throws {CredentialsError} always this class */
  getCredentials(): Promise<Credentials> {
    if (this.hasChanged()) this.restart();
    if (
      this.fetched !== null &&
      this.now() - this.fetched.atMs < CACHE_TTL_MS
    ) {
      return Promise.resolve(this.fetched.credentials);
    }
    this.fetching ??= this.fetch().finally(() => {
      this.fetching = null;
    });
    return withinLimit(this.fetching);
  }

  /** Also creates a new instance, unless it was just done. */
  invalidate(): void {
    const isNew = this.now() - this.restartedAtMs < RESTART_PAUSE_MS;
    if (isNew) this.fetched = null;
    else this.restart();
  }

  private restart(): void {
    this.fetched = null;
    this.source = null;
    this.restartedAtMs = this.now();
  }

  private async fetch(): Promise<Credentials> {
    try {
      this.source ??= await this.makeSource();
      const { accessKeyId, accessKeySecret, securityToken } =
        await this.source.getCredential();
      if (!accessKeyId || !accessKeySecret)
        throw new CredentialsError(true, "CREDENTIALS_EMPTY");
      const credentials = {
        accessKeyId,
        accessKeySecret,
        ...(securityToken ? { securityToken } : {}),
      };
      this.fetched = { credentials, atMs: this.now() };
      // STS credentials have a new id at each refresh: only another key is reported.
      const isRotated = this.lastId !== null && this.lastId !== accessKeyId;
      if (isRotated && !securityToken) this.onChange(null);
      this.lastId = accessKeyId;
      return credentials;
    } catch (error) {
      this.source = null;
      throw error instanceof CredentialsError ? error : failureOf(error);
    }
  }
}

function withinLimit(fetching: Promise<Credentials>): Promise<Credentials> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new CredentialsError(false, "CREDENTIALS_TIMEOUT")),
      MAX_WAIT_MS,
    );
    fetching
      .finally(() => clearTimeout(timer))
      .then(resolve, (error: Error) => reject(error));
  });
}

/** A system error means that a service cannot be reached. Other errors are rejections. */
function failureOf(error: unknown): CredentialsError {
  const code = codeOf(error);
  return code === "unknown"
    ? new CredentialsError(true, "CREDENTIALS_DENIED")
    : new CredentialsError(false, `CREDENTIALS_${code}`);
}
