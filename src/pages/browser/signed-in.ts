const KEY = "message-contacts:credential";

/** Headers that sign a request in; never two of them at once. */
const NAMES = ["authorization", "x-api-key"];

/**
 * Remembers the key or token that was last typed into the headers of any tab
 * and sends it with requests that name none, so that it is pasted once and also
 * serves the documentation explorer. An empty value forgets it.
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

/** As headers of a request, or as parameters of a subscription's connection. */
export function rememberedCredential(): Record<string, string> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return stored as Record<string, string>;
  } catch {
    return {};
  }
}
