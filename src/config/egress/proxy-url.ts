/** An HTTP proxy. `authorization` is the value of the header `Proxy-Authorization`. */
export interface Proxy {
  readonly isSecure: boolean;
  readonly host: string;
  readonly port: number;
  readonly authorization?: string;
}

/** Parses the URL of a proxy: `http://` or `https://`, host, and optionally user, password and port. */
export function parseProxy(text: string): Proxy | null {
  // As in other programs, the scheme may be missing.
  const full = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(full)) return null;
  const url = new URL(full);
  const isSecure = url.protocol === "https:";
  if (
    (!isSecure && url.protocol !== "http:") ||
    url.pathname !== "/" ||
    url.search !== "" ||
    url.hash !== ""
  ) {
    return null;
  }
  const user = decoded(url.username);
  const password = decoded(url.password);
  if (user === null || password === null) return null;
  return {
    isSecure,
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(url.port) || (isSecure ? 443 : 80),
    ...(user === "" && password === ""
      ? {}
      : {
          authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
        }),
  };
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
