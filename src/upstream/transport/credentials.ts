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
      CredentialSource | Promise<CredentialSource> = vendorChain,
    private readonly now: () => number = Date.now,
  ) {}

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
    return this.fetching;
  }

  invalidate(): void {
    this.fetched = null;
  }

  private async fetch(): Promise<Credentials> {
    try {
      this.source ??= await this.makeSource();
      const { accessKeyId, accessKeySecret, securityToken } =
        await this.source.getCredential();
      if (!accessKeyId || !accessKeySecret) throw new Error("empty keys");
      const credentials = {
        accessKeyId,
        accessKeySecret,
        ...(securityToken ? { securityToken } : {}),
      };
      this.fetched = { credentials, atMs: this.now() };
      return credentials;
    } catch (error) {
      this.source = null;
      throw error;
    }
  }
}

/**
 * Loads the package only when no fixed credentials are configured. It is CommonJS:
 * under ESM the class is `.default` of the default export (observed).
 */
async function vendorChain(): Promise<CredentialSource> {
  const { default: loaded } = await import("@alicloud/credentials");
  const { default: Credential } = loaded as unknown as {
    default: new () => CredentialSource;
  };
  return new Credential();
}
