import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/** Loopback host names, which always resolve to the local machine. */
const LOOPBACK_NAME =
  /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Checks whether a request may use the control API. Returns the reason when it may not, or
 * undefined when it may.
 *
 * The control API needs no key, and a browser lets any web site send requests to this machine.
 * Two checks reject such requests:
 *
 * - `Host` must name this machine. This prevents DNS rebinding.
 * - `Origin` and `Sec-Fetch-*` must not indicate another site. Scripts cannot set these headers.
 *
 * Clients other than browsers do not send them and are accepted.
 *
 * @param names further host names that `Host` may contain
 */
export function rejectionReason(
  request: Pick<IncomingMessage, "headers" | "method"> & {
    readonly socket: Pick<IncomingMessage["socket"], "localAddress">;
  },
  names: readonly string[],
): string | undefined {
  const { headers, method, socket } = request;
  const { host = "", origin } = headers;
  if (!isOwnName(hostName(host), socket.localAddress, names)) {
    return "the Host header does not name this machine";
  }
  if (
    origin !== undefined &&
    origin.toLowerCase() !== `http://${host.toLowerCase()}`
  ) {
    return "the request comes from a page of another origin";
  }
  const site = headers["sec-fetch-site"];
  if (site === undefined || site === "same-origin" || site === "none") {
    return undefined;
  }
  // A link was followed. The GET changes nothing, and the other site cannot read the response.
  const isNavigation =
    method === "GET" &&
    headers["sec-fetch-mode"] === "navigate" &&
    headers["sec-fetch-dest"] === "document";
  return isNavigation
    ? undefined
    : "the request comes from a page of another site";
}

/** The Host header in lower case, without its port. */
function hostName(host: string): string {
  return host.replace(/:\d{1,5}$/, "").toLowerCase();
}

function isOwnName(
  name: string,
  localAddress: string | undefined,
  names: readonly string[],
): boolean {
  if (LOOPBACK_NAME.test(name)) return true;
  // An IP address needs no DNS lookup, so it cannot be the result of DNS rebinding.
  const address = name.replace(/^\[|\]$/g, "");
  const isBound =
    isIP(address) !== 0 && localAddress?.replace(/^::ffff:/, "") === address;
  return isBound || names.some((own) => own.toLowerCase() === name);
}
