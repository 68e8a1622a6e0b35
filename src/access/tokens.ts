import { createHash } from "node:crypto";
import { decodeJwt, jwtVerify, type JWTPayload } from "jose";
import {
  callerWith,
  isExpired,
  isScope,
  type Caller,
} from "../context/caller.js";
import { isAlias } from "../config/directories-file.js";
import type { Issuer } from "../config/issuers-file.js";
import { IssuerKeys } from "./key-set.js";

/** Longest token that is looked at. */
const MAX_TOKEN_LENGTH = 8 * 1024;

/** How long a verified token is taken without another look at its signature. */
const REMEMBER_MS = 60_000;

const MAX_REMEMBERED = 1_000;

const SUBJECT = /^[\w.:-]{1,64}$/;

/** Verifies access tokens of the configured issuers. */
export class Tokens {
  private readonly issuers: ReadonlyMap<
    string,
    { readonly terms: Issuer; readonly keys: Pick<IssuerKeys, "find"> }
  >;
  private readonly remembered = new Map<
    string,
    { readonly caller: Caller; readonly untilMs: number }
  >();

  constructor(
    issuers: readonly Issuer[],
    private readonly options: {
      readonly toleranceSeconds: number;
      readonly defaultDirectories: readonly string[];
      readonly now?: () => number;
    },
    keysOf: (terms: Issuer) => Pick<IssuerKeys, "find">,
  ) {
    this.issuers = new Map(
      issuers.map((terms) => [terms.issuer, { terms, keys: keysOf(terms) }]),
    );
  }

  /**
   * The caller a token speaks for.
   *
   * @returns null for every token that is not valid here and now; why is not
   *   told, because the answer would help to forge one
   */
  async callerOf(token: string): Promise<Caller | null> {
    if (token.length > MAX_TOKEN_LENGTH) return null;
    const digest = createHash("sha256").update(token).digest("base64");
    const nowMs = this.options.now?.() ?? Date.now();
    const known = this.remembered.get(digest);
    if (known !== undefined && nowMs < known.untilMs) return known.caller;
    try {
      const caller = await this.verify(token, nowMs);
      if (caller !== null) this.remember(digest, caller, nowMs);
      return caller;
    } catch {
      return null;
    }
  }

  private async verify(token: string, nowMs: number): Promise<Caller | null> {
    const { iss } = decodeJwt(token);
    const issuer = iss === undefined ? undefined : this.issuers.get(iss);
    if (issuer === undefined) return null;
    const { terms, keys } = issuer;
    const { payload } = await jwtVerify(token, keys.find, {
      issuer: terms.issuer,
      audience: [...terms.audience],
      algorithms: [...terms.algorithms],
      requiredClaims: ["exp", "sub"],
      clockTolerance: this.options.toleranceSeconds,
      currentDate: new Date(nowMs),
    });
    const caller = toCaller(payload, this.options);
    // `jwtVerify` compares whole seconds, so it accepts a token slightly longer.
    return caller === null || isExpired(caller, nowMs) ? null : caller;
  }

  private remember(digest: string, caller: Caller, nowMs: number): void {
    const untilMs = Math.min(
      nowMs + REMEMBER_MS,
      caller.expiresAtMs ?? Infinity,
    );
    this.remembered.delete(digest);
    this.remembered.set(digest, { caller, untilMs });
    if (this.remembered.size <= MAX_REMEMBERED) return;
    for (const oldest of this.remembered.keys()) {
      this.remembered.delete(oldest);
      break;
    }
  }
}

function toCaller(
  payload: JWTPayload,
  {
    defaultDirectories,
    toleranceSeconds,
  }: {
    readonly defaultDirectories: readonly string[];
    readonly toleranceSeconds: number;
  },
): Caller | null {
  const { sub, iss, exp } = payload;
  if (sub === undefined || exp === undefined || sub === "") return null;
  const listed = payload["directories"];
  const directories = Array.isArray(listed)
    ? listed.filter(isAlias)
    : defaultDirectories;
  return callerWith(
    idOf(iss ?? "", sub),
    scopesOf(payload),
    directories,
    (exp + toleranceSeconds) * 1000,
  );
}

/** Scopes from `scope` (RFC 8693, a text) or `scp` (a text or a list). */
function scopesOf(payload: JWTPayload): ReturnType<typeof known> {
  const claim = payload["scope"] ?? payload["scp"];
  if (typeof claim === "string") return known(claim.split(" "));
  return Array.isArray(claim) ? known(claim) : [];
}

const known = (words: readonly unknown[]) => words.filter(isScope);

/**
 * A caller's id for logs and limits. A subject may be an e-mail address, so
 * whatever is not a plain identifier goes by its hash. The issuer is part of
 * it: two issuers may know the same subject.
 */
function idOf(issuer: string, subject: string): string {
  const short = createHash("sha256").update(issuer).digest("hex").slice(0, 8);
  const name =
    SUBJECT.test(subject) && !/\d{7}/.test(subject)
      ? subject
      : createHash("sha256").update(subject).digest("hex").slice(0, 16);
  return `jwt:${short}:${name}`;
}
