const KEY = "message-contacts:credential";

/** Credential headers. A request must have at most one of them. */
const NAMES = ["authorization", "x-api-key"];

/**
 * `fetch` that stores the last credential from the headers of any tab, and adds it
 * to requests without one. So users enter it once, and the documentation explorer
 * can use it, too. An empty header value deletes the stored credential.
 */
export const fetchSignedIn: typeof fetch = (input, init) => {
  const headers = new Headers(init?.headers);
  const typed = NAMES.find((name) => headers.has(name));
  if (typed === undefined) {
    for (const [name, value] of Object.entries(rememberedCredential())) {
      headers.set(name, value);
    }
  } else {
    remember(typed, headers.get(typed)?.trim() ?? "");
    if (headers.get(typed) === "") headers.delete(typed);
  }
  return fetch(input, { ...init, headers });
};

function remember(name: string, value: string): void {
  if (value === "") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, JSON.stringify({ [name]: value }));
}

/** The stored credential, as request headers or `connectionParams`. */
export function rememberedCredential(): Record<string, string> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return stored as Record<string, string>;
  } catch {
    return {};
  }
}
