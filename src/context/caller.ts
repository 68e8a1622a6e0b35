/** All scopes, in the order of the documentation. */
export const SCOPES = [
  "contacts:read",
  "contacts:write",
  "contacts:delete",
  "contacts:verify",
  "contacts:bind",
  "contacts:read-personal",
  "directory:read",
] as const;

/** A scope of a caller. */
export type Scope = (typeof SCOPES)[number];

/** The authenticated caller of a request. */
export interface Caller {
  /**
   * Safe for logs and keys: matches `[\w.:-]{1,80}`, never a secret or an
   * e-mail address.
   */
  readonly id: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Aliases of the resource directories the caller may use. */
  readonly directories: readonly string[];
  /** Whether e-mail addresses and phone numbers are shown unmasked. */
  readonly personal: boolean;
  /**
   * Expiry of the credential in milliseconds since 1970, clock tolerance
   * included; absent if it never expires. Requests, event streams and
   * WebSockets all use this value.
   */
  readonly expiresAtMs?: number;
}

/** Whether the caller's credential has expired. */
export function isExpired(
  { expiresAtMs }: Pick<Caller, "expiresAtMs">,
  nowMs: number,
): boolean {
  return expiresAtMs !== undefined && nowMs >= expiresAtMs;
}

/** Creates a caller with the given scopes. */
export function callerWith(
  id: string,
  scopes: Iterable<Scope>,
  directories: readonly string[],
  expiresAtMs?: number,
): Caller {
  const held: ReadonlySet<Scope> = new Set(scopes);
  return Object.freeze({
    id,
    scopes: held,
    directories,
    personal: held.has("contacts:read-personal"),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
  });
}

/** The caller of an unauthenticated request. Holds no scope. */
export const ANONYMOUS: Caller = callerWith("nobody", [], []);

export function isScope(text: unknown): text is Scope {
  return (SCOPES as readonly unknown[]).includes(text);
}
