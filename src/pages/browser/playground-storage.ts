/** Key of the credential, next to the keys of GraphiQL. */
const CREDENTIAL = "message-contacts:credential";
const HEADERS = "graphiql:headers";
const PERSIST_HEADERS = "graphiql:shouldPersistHeaders";
const OWN_KEY = /^(?:graphiql|message-contacts):/;
/** Keys whose JSON contains the headers of tabs and of past requests. */
const WITH_HEADERS = /^graphiql:(?:tabState|queries|favorites)$/;

/**
 * Storage of the playground. Stores headers and the credential only while the
 * setting "Persist headers" is on, which it is not by default.
 *
 * GraphiQL itself is not enough: it writes headers into its history in spite of the
 * setting, and a delayed write can follow the moment when the setting is turned off.
 */
export class PlaygroundStorage {
  private readonly listeners = new Set<() => void>();

  constructor(private readonly store: Storage = localStorage) {
    if (!this.persistsHeaders) this.dropHeaders();
  }

  get persistsHeaders(): boolean {
    return this.store.getItem(PERSIST_HEADERS) === "true";
  }

  /** Registers a listener for `clear`. */
  onClear(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  get length(): number {
    return this.keys().length;
  }

  getItem(key: string): string | null {
    const value = this.store.getItem(key);
    return key === PERSIST_HEADERS ? (value ?? "false") : value;
  }

  setItem(key: string, value: string): void {
    if (key === PERSIST_HEADERS) {
      this.store.setItem(key, value);
      if (value !== "true") this.dropHeaders();
    } else if (this.persistsHeaders) {
      this.store.setItem(key, value);
    } else if (key !== HEADERS) {
      this.store.setItem(key, withoutHeaders(key, value));
    }
  }

  removeItem(key: string): void {
    this.store.removeItem(key);
  }

  /** Removes everything that the playground has stored. */
  clear(): void {
    for (const key of this.keys()) this.store.removeItem(key);
    for (const listener of this.listeners) listener();
  }

  /** The stored credential, as request headers; empty if there is none. */
  credential(): Record<string, string> {
    try {
      const stored: unknown = JSON.parse(
        this.store.getItem(CREDENTIAL) ?? "{}",
      );
      return stored as Record<string, string>;
    } catch {
      return {};
    }
  }

  /** Stores the credential if headers may be stored; otherwise removes it. */
  keepCredential(headers: Readonly<Record<string, string>>): void {
    if (this.persistsHeaders && Object.keys(headers).length > 0) {
      this.store.setItem(CREDENTIAL, JSON.stringify(headers));
    } else {
      this.store.removeItem(CREDENTIAL);
    }
  }

  private dropHeaders(): void {
    this.store.removeItem(CREDENTIAL);
    this.store.removeItem(HEADERS);
    for (const key of this.keys()) {
      const value = this.store.getItem(key) ?? "";
      if (WITH_HEADERS.test(key)) {
        this.store.setItem(key, withoutHeaders(key, value));
      }
    }
  }

  private keys(): string[] {
    return Array.from(
      { length: this.store.length },
      (_, at) => this.store.key(at) ?? "",
    ).filter((key) => OWN_KEY.test(key));
  }
}

function withoutHeaders(key: string, value: string): string {
  if (!WITH_HEADERS.test(key)) return value;
  try {
    return JSON.stringify(JSON.parse(value), (name, member: unknown) =>
      name === "headers" ? null : member,
    );
  } catch {
    return "";
  }
}
