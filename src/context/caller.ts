/** Every right a caller can hold, in the order in which they are explained. */
export const SCOPES = [
  "contacts:read",
  "contacts:write",
  "contacts:delete",
  "contacts:verify",
  "contacts:bind",
  "contacts:read-personal",
] as const;

/** One right of a caller. */
export type Scope = (typeof SCOPES)[number];

/** Whoever sent a request, as far as sign-in told. */
export interface Caller {
  /** Fit for logs and keys: `[\w.:-]{1,80}`, never a secret or an address. */
  readonly id: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Aliases of the resource directories the caller may use. */
  readonly directories: readonly string[];
  /** Whether e-mail addresses and phone numbers are shown unmasked. */
  readonly personal: boolean;
  /**
   * End of the credential in milliseconds since 1970, clock tolerance included;
   * absent: it never expires. Requests, event streams and WebSockets all use
   * this one value.
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

/** A caller with the given rights. */
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

/** The caller of a request that nobody signed: holds no right at all. */
export const ANONYMOUS: Caller = callerWith("nobody", [], []);

export function isScope(text: unknown): text is Scope {
  return (SCOPES as readonly unknown[]).includes(text);
}
