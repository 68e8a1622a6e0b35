const KEY = "message-contacts:authorization";

/**
 * Remembers the `Authorization` header that was last typed in any tab and sends
 * it with requests that name none, so that a key is pasted once and also serves
 * the documentation explorer. An empty value forgets it.
 */
export const fetchSignedIn: typeof fetch = (input, init) => {
  const headers = new Headers(init?.headers);
  const typed = headers.get("authorization");
  if (typed === null) {
    const known = rememberedAuthorization();
    if (known !== null) headers.set("authorization", known);
  } else if (typed.trim() === "") {
    headers.delete("authorization");
    localStorage.removeItem(KEY);
  } else {
    localStorage.setItem(KEY, typed);
  }
  return fetch(input, { ...init, headers });
};

export function rememberedAuthorization(): string | null {
  return localStorage.getItem(KEY);
}
