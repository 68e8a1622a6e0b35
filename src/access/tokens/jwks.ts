import { errors, type FetchImplementation, type JWTVerifyGetKey } from "jose";
import { FetchFailure, failureOf, KeySet } from "./jwks-document.js";

/** Minimum time between fetches of an issuer's keys. */
export const FETCH_COOL_DOWN_MS = 30_000;

/** Minimum time between fetches while no keys of the issuer are known. */
const FIRST_FETCH_COOL_DOWN_MS = 5_000;

/** Keys older than this are refreshed in the background. */
const STALE_AFTER_MS = 10 * 60_000;

/** Timeout of a fetch, body included. */
const FETCH_TIMEOUT_MS = 3_000;

/**
 * The issuer's keys cannot be fetched, so the token can be neither accepted nor
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
  /**
   * Reason of the last failed fetch, such as `status 500`; null if it
   * succeeded.
   */
  readonly failure: string | null;
}

/**
 * The public keys of one issuer, fetched from its configured URL.
 *
 * A token with an unknown key id triggers a refresh, at most once in 30
 * seconds. Known keys stay in use while the issuer is unreachable or its
 * response is not a key set. Keys and key URLs inside a token are never used.
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
    /** Called after each fetch with the failure; null on success. */
    private readonly onFetch: (failure: string | null) => void,
    private readonly fetchKeys: FetchImplementation = fetch,
    private readonly now: () => number = Date.now,
  ) {}

  get status(): IssuerStatus {
    return { hasKeys: this.keys !== null, failure: this.failure };
  }

  /**
   * Fetches the keys now and retries until a fetch succeeds, so that readiness
   * does not depend on requests.
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
   * Finds the key for a token. Several matching keys are thrown as the error
   * that `jwtVerify` documents.
   *
   * @throws {JwksUnavailable} when the keys cannot be fetched
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
    // Try keys without an id: one of them may have signed the token.
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
   * Fetches the keys unless a recent attempt forbids it. Concurrent calls share
   * one fetch.
   *
   * @throws {JwksUnavailable} when this fetch or the last one failed
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
      // An empty key set revokes all known keys.
      this.keys = keys;
      if (keys === null) throw new FetchFailure("the key set is empty");
      this.fetchedAtMs = this.now();
      this.failure = null;
    } catch (error) {
      this.failure = failureOf(error);
    }
    this.onFetch(this.failure);
    if (this.failure !== null && this.isWatched) this.scheduleRetry();
  }

  /**
   * Fetches again once the pause is over. A timer may fire up to a millisecond
   * early by the wall clock, so the pause is checked again when it fires.
   */
  private scheduleRetry(): void {
    if (this.retrying !== null) clearTimeout(this.retrying);
    this.retrying = setTimeout(() => {
      if (this.pauseLeftMs > 0) this.scheduleRetry();
      else void this.refresh().catch(() => undefined);
    }, this.pauseLeftMs).unref();
  }
}
