import type { IncomingMessage } from "node:http";

/** `http://host[:port]` at the beginning of a target in absolute form. */
const ABSOLUTE = /^https?:\/\/([^/?#@\s]+)(?=[/?]|$)/i;

/**
 * Brings the target of a request into the form that routes have.
 *
 * - The absolute form (RFC 9112, section 3.2.2) loses its scheme and host. The host
 *   replaces the Host header.
 * - The path of `PUBLIC_URL` is removed, so that a proxy may remove it or not.
 *
 * @param publicPath path of `PUBLIC_URL` without a slash at its end, or empty
 */
export function routedTarget(
  { url = "/", headers }: Pick<IncomingMessage, "url" | "headers">,
  publicPath: string,
): string {
  let target = url;
  const [authority, host] = ABSOLUTE.exec(target) ?? [];
  if (authority !== undefined && host !== undefined) {
    headers.host = host;
    target = withSlash(target.slice(authority.length));
  }
  if (publicPath !== "" && target.startsWith(publicPath)) {
    const rest = target.slice(publicPath.length);
    if (rest === "" || /^[/?]/.test(rest)) target = rest;
  }
  // The asterisk form (RFC 9112, section 3.2.4) becomes a path that has no route.
  return withSlash(target);
}

/**
 * Target of a redirect to the one path of a page, relative so that it is correct behind a
 * proxy that removes a prefix. Links of a page are relative, so they need that path: it
 * ends with a slash for the root only.
 *
 * @param originalUrl the target as it was received
 * @returns null if the path is already that one
 */
export function pageRedirect(
  originalUrl: string,
  isRoot: boolean,
): string | null {
  const target = withSlash(originalUrl.replace(ABSOLUTE, ""));
  const [, path = "", search = ""] = /^([^?]*)(.*)$/s.exec(target) ?? [];
  const [, name = "", slashes = ""] = /([^/]*)(\/*)$/.exec(path) ?? [];
  if (isRoot) return slashes === "" ? `./${name}/${search}` : null;
  return slashes === ""
    ? null
    : `${"../".repeat(slashes.length)}${name}${search}`;
}

function withSlash(target: string): string {
  return target.startsWith("/") ? target : `/${target}`;
}
