import type { PlaygroundStorage } from "./playground-storage.js";

/** Credential headers. A request must have at most one of them. */
const NAMES = ["authorization", "x-api-key"];

export type CredentialHeaders = Readonly<Record<string, string>>;

/** State of the sign-in. Each change creates a new object. */
export interface SignInState {
  /** Request headers of the credential; empty if there is none. */
  readonly headers: CredentialHeaders;
  /** Whether the gateway has rejected a request with 401 since the last change. */
  readonly isRejected: boolean;
}

/**
 * The credential of the playground. It is sent with every request, so that users enter it
 * once and the documentation explorer can use it, too. It stays in memory, and in the
 * storage only while "Persist headers" is on.
 */
export class Credential {
  state: SignInState;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly storage: PlaygroundStorage) {
    this.state = { headers: storage.credential(), isRejected: false };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Replaces the credential. Empty headers remove it. */
  use(headers: CredentialHeaders): void {
    this.storage.keepCredential(headers);
    this.change({ headers, isRejected: false });
  }

  /** Stores or removes the credential, after "Persist headers" was changed. */
  keep(): void {
    this.storage.keepCredential(this.state.headers);
  }

  /**
   * `fetch` that adds the credential. A credential in the headers of a tab replaces it; an
   * empty header value removes it.
   */
  readonly fetch: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    const typed = NAMES.find((name) => headers.has(name));
    if (typed === undefined) {
      for (const [name, value] of Object.entries(this.state.headers)) {
        headers.set(name, value);
      }
    } else {
      this.remember(typed, headers.get(typed)?.trim() ?? "");
      if (headers.get(typed) === "") headers.delete(typed);
    }
    const response = await fetch(input, { ...init, headers });
    if (response.status === 401) this.change({ isRejected: true });
    return response;
  };

  private remember(name: string, value: string): void {
    if (value === (this.state.headers[name] ?? "")) return;
    this.use(value === "" ? {} : { [name]: value });
  }

  private change(changes: Partial<SignInState>): void {
    this.state = { ...this.state, ...changes };
    for (const listener of this.listeners) listener();
  }
}

/**
 * Headers of what was entered in the sign-in box: an API key or an access token, with or
 * without the scheme `Bearer`.
 */
export function bearerOf(entered: string): CredentialHeaders {
  const value = entered.trim().replace(/^bearer\s+/i, "");
  return value === "" ? {} : { authorization: `Bearer ${value}` };
}

/** Removes credentials from the headers of a tab, which are JSON. */
export function withoutCredential(headers: string): string {
  try {
    const parsed = JSON.parse(headers) as Record<string, unknown>;
    const kept = Object.entries(parsed).filter(
      ([name]) => !NAMES.includes(name.toLowerCase()),
    );
    return JSON.stringify(Object.fromEntries(kept), null, 2);
  } catch {
    // Invalid JSON may contain a credential that cannot be found.
    return "";
  }
}
