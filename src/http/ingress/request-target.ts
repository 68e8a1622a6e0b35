import type { IncomingMessage } from "node:http";

/** `http://host[:port]` at the beginning of a target in absolute form. */
const ABSOLUTE = /^https?:\/\/([^/?#@\s]+)/i;

/** Scheme and host of a target in absolute form; null for any other target. */
function absoluteIn(
  target: string,
): { readonly prefix: string; readonly host: string } | null {
  const [prefix, host] = ABSOLUTE.exec(target) ?? [];
  if (prefix === undefined || host === undefined) return null;
  const next = target[prefix.length];
  return next === undefined || next === "/" || next === "?"
    ? { prefix, host }
    : null;
}

/**
 * Brings the target of a request into the form that routes have.
 *
 * - The absolute form (RFC 9112, section 3.2.2) loses its scheme and host. The host
 *   replaces the Host header.
 * - The path of `PUBLIC_URL` is removed if the proxy has not removed it.
 *
 * @param publicPath path of `PUBLIC_URL` without a slash at its end, or empty
 */
export function routedTarget(
  { url = "/", headers }: Pick<IncomingMessage, "url" | "headers">,
  publicPath: string,
): string {
  let target = url;
  const absolute = absoluteIn(target);
  if (absolute !== null) {
    headers.host = absolute.host;
    target = withSlash(target.slice(absolute.prefix.length));
  }
  if (publicPath !== "" && target.startsWith(publicPath)) {
    const rest = target.slice(publicPath.length);
    if (rest === "" || /^[/?]/.test(rest)) target = rest;
  }
  // The asterisk form (RFC 9112, section 3.2.4) becomes a path that has no route.
  return withSlash(target);
}

/**
 * Target of a redirect to the canonical path of a page, which ends with a slash for the
 * root only. The links of a page are relative and work under this path only. The target is
 * relative too, so that it is correct behind a proxy that removes a prefix.
 *
 * @param originalUrl the target as it was received
 * @returns null if the path is canonical
 */
export function pageRedirect(
  originalUrl: string,
  isRoot: boolean,
): string | null {
  const prefix = absoluteIn(originalUrl)?.prefix ?? "";
  const target = withSlash(originalUrl.slice(prefix.length));
  const [path = ""] = target.split("?", 1);
  const search = target.slice(path.length);
  let end = path.length;
  while (path[end - 1] === "/") end -= 1;
  const slashes = path.length - end;
  const name = path.slice(path.lastIndexOf("/", end - 1) + 1, end);
  if (isRoot) return slashes === 0 ? `./${name}/${search}` : null;
  return slashes === 0 ? null : `${"../".repeat(slashes)}${name}${search}`;
}

function withSlash(target: string): string {
  return target.startsWith("/") ? target : `/${target}`;
}
