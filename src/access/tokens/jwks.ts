import { errors, type FetchImplementation, type JWTVerifyGetKey } from "jose";
import { FetchFailure, failureOf, KeySet } from "./jwks-document.js";

/** Least pause between two fetches of an issuer's keys, whatever tokens ask for. */
export const FETCH_COOL_DOWN_MS = 30_000;

/** The same pause while the gateway has no keys of the issuer. */
const FIRST_FETCH_COOL_DOWN_MS = 5_000;

/** Keys of this age are fetched again in the background. */
const STALE_AFTER_MS = 10 * 60_000;

/** Longest time that a fetch may take, body included. */
const FETCH_TIMEOUT_MS = 3_000;

/**
 * The issuer's keys cannot be fetched. The token can be neither accepted nor
 * rejected.
 */
export class JwksUnavailable extends Error {
  constructor(readonly retryAfterMs: number) {
    super("the issuer's keys cannot be fetched");
  }
}

/** Whether tokens of an issuer can be verified; for readiness and metrics. */
export interface IssuerStatus {
  /** False while no token of the issuer can be verified. */
  readonly hasKeys: boolean;
  /** Why the last fetch failed, such as `status 500`; null when it succeeded. */
  readonly failure: string | null;
}

/**
 * The public keys of one issuer, fetched from the one configured address.
 *
 * A token with an unknown key id makes it fetch again, at most once in 30
 * seconds. Known keys stay in use while the issuer cannot be reached or answers
 * with something else than a key set. Key addresses or keys inside a token are
 * never used.
 */
export class IssuerKeys {
  private keys: KeySet | null = null;
  private failure: string | null = null;
  private fetchedAtMs = Number.NEGATIVE_INFINITY;
  private triedAtMs = Number.NEGATIVE_INFINITY;
  private fetching: Promise<void> | null = null;
  private retrying: NodeJS.Timeout | null = null;
  private isWatched = false;

  constructor(
    private readonly url: URL,
    /** Called after each fetch; null when it succeeded. */
    private readonly onFetch: (failure: string | null) => void,
    private readonly fetchKeys: FetchImplementation = fetch,
    private readonly now: () => number = Date.now,
  ) {}

  get status(): IssuerStatus {
    return { hasKeys: this.keys !== null, failure: this.failure };
  }

  /**
   * Fetches the keys now, and again after each failure until one succeeds, so
   * that readiness does not depend on requests.
   */
  watch(): void {
    this.isWatched = true;
    void this.refresh().catch(() => undefined);
  }

  close(): void {
    this.isWatched = false;
    if (this.retrying !== null) clearTimeout(this.retrying);
  }

  /**
   * The key, or the error with all matching keys that `jwtVerify` expects.
   *
   * @throws {JwksUnavailable} when the key may exist and cannot be fetched
   * @throws {errors.JWKSNoMatchingKey} when the issuer has no such key
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    if (this.keys === null) await this.refresh();
    else if (this.now() - this.fetchedAtMs > STALE_AFTER_MS) {
      void this.refresh().catch(() => undefined);
    }
    try {
      return await this.known.named(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    const { unnamed } = this.known;
    try {
      await this.refresh();
      return await this.known.named(header, token);
    } catch (error) {
      if (unnamed === null) throw error;
    }
    // A key without an id may be the one that the token means.
    return unnamed({ ...header, kid: undefined }, token);
  };

  private get known(): KeySet {
    if (this.keys === null) throw new JwksUnavailable(this.pauseLeftMs);
    return this.keys;
  }

  private get pauseLeftMs(): number {
    const pause =
      this.keys === null ? FIRST_FETCH_COOL_DOWN_MS : FETCH_COOL_DOWN_MS;
    return Math.max(0, this.triedAtMs + pause - this.now());
  }

  /**
   * Fetches the keys unless that was tried a short time ago. One fetch serves
   * all who wait for it.
   *
   * @throws {JwksUnavailable} when this fetch, or the last one, has failed
   */
  private async refresh(): Promise<void> {
    if (this.fetching === null && this.pauseLeftMs === 0) {
      this.fetching = this.fetchOnce().finally(() => {
        this.fetching = null;
      });
    }
    await this.fetching;
    if (this.failure !== null) throw new JwksUnavailable(this.pauseLeftMs);
  }

  /** Never rejects. */
  private async fetchOnce(): Promise<void> {
    this.triedAtMs = this.now();
    try {
      const keys = await KeySet.from(
        await this.fetchKeys(this.url.href, {
          method: "GET",
          headers: new Headers({
            accept: "application/jwk-set+json, application/json",
          }),
          redirect: "manual",
          signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
        }),
      );
      // An issuer that withdraws all of its keys has them withdrawn here too.
      this.keys = keys;
      if (keys === null) throw new FetchFailure("the key set is empty");
      this.fetchedAtMs = this.now();
      this.failure = null;
    } catch (error) {
      this.failure = failureOf(error);
    }
    this.onFetch(this.failure);
    if (this.failure !== null && this.isWatched) {
      this.retrying = setTimeout(
        () => void this.refresh().catch(() => undefined),
        this.pauseLeftMs,
      ).unref();
    }
  }
}
