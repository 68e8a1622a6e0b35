import {
  createRemoteJWKSet,
  customFetch,
  type FetchImplementation,
  type JWTVerifyGetKey,
} from "jose";

/** Least pause between two fetches of an issuer's keys, whatever tokens ask for. */
export const FETCH_COOL_DOWN_MS = 30_000;

/** The same pause while not even the first fetch has succeeded. */
const FIRST_FETCH_COOL_DOWN_MS = 5_000;

/** After this the keys are fetched anew in the background. */
const STALE_AFTER_MS = 10 * 60_000;

/** Longest answer of an issuer that is waited for. */
const FETCH_TIMEOUT_MS = 3_000;

/**
 * The public keys of one issuer, fetched from the one configured address.
 *
 * A token with an unknown key id makes it look again, at most once in 30
 * seconds. Known keys stay in use while the issuer cannot be reached. Key
 * addresses or keys inside a token are never looked at.
 */
export class IssuerKeys {
  private fetchedAtMs = Number.NEGATIVE_INFINITY;
  private triedAtMs = Number.NEGATIVE_INFINITY;
  private readonly remote: ReturnType<typeof createRemoteJWKSet>;

  constructor(
    url: URL,
    private readonly onFailure: () => void,
    private readonly fetchKeys: FetchImplementation = fetch,
    private readonly now: () => number = Date.now,
  ) {
    this.remote = createRemoteJWKSet(url, {
      timeoutDuration: FETCH_TIMEOUT_MS,
      // Both clocks are kept here, where a failed fetch counts as well.
      cooldownDuration: 0,
      cacheMaxAge: Infinity,
      [customFetch]: (...args) => this.fetchOnce(...args),
    });
  }

  readonly find: JWTVerifyGetKey = (header, token) => {
    if (
      this.now() - this.fetchedAtMs > STALE_AFTER_MS &&
      Number.isFinite(this.fetchedAtMs) &&
      !this.isCoolingDown()
    ) {
      void this.remote.reload().catch(this.onFailure);
    }
    return this.remote(header, token);
  };

  private isCoolingDown(): boolean {
    const pause = Number.isFinite(this.fetchedAtMs)
      ? FETCH_COOL_DOWN_MS
      : FIRST_FETCH_COOL_DOWN_MS;
    return this.now() - this.triedAtMs < pause;
  }

  private async fetchOnce(
    ...[url, options]: Parameters<FetchImplementation>
  ): Promise<Response> {
    if (this.isCoolingDown()) throw new Error("key set is cooling down");
    this.triedAtMs = this.now();
    try {
      const answer = await this.fetchKeys(url, options);
      if (answer.status !== 200) throw new Error("no key set");
      this.fetchedAtMs = this.now();
      return answer;
    } catch (error) {
      this.onFailure();
      throw error;
    }
  }
}
