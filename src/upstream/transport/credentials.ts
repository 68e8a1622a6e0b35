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

/**
 * Credentials from the vendor's default provider chain.
 *
 * Defects of the chain (observed in 2.4.7):
 * - parallel first calls are rejected while an earlier provider fails;
 * - after a total failure an instance retries only its last provider;
 * - concurrent refreshes are not shared.
 *
 * So this class fetches once at a time and creates a new instance after a failure.
 */
export class ChainCredentials implements CredentialsProvider {
  private source: CredentialSource | null = null;
  private fetched: { credentials: Credentials; atMs: number } | null = null;
  private fetching: Promise<Credentials> | null = null;

  constructor(
    private readonly makeSource: () =>
      CredentialSource | Promise<CredentialSource>,
    private readonly now: () => number = Date.now,
  ) {}

  /** @throws {CredentialsError} always this class */
  getCredentials(): Promise<Credentials> {
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

  invalidate(): void {
    this.fetched = null;
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
