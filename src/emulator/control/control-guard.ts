import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/** Names that every machine has for itself; a name server is not asked for them. */
const LOOPBACK_NAME =
  /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Why a request may not use the control surface, or undefined when it may.
 *
 * The control surface asks for no key, and a browser lets any web site send requests to this
 * machine. Two things tell such a site's requests apart: the name they come by, because a
 * name of the site's own that was bound to this machine's address (DNS rebinding) is none of
 * ours, and what browsers say of a request's origin, which scripts cannot forge. Programs
 * that are no browsers say nothing of the kind and are let in.
 *
 * @param names further names under which this machine may be reached
 */
export function refusalOfControl(
  request: Pick<IncomingMessage, "headers" | "method"> & {
    readonly socket: Pick<IncomingMessage["socket"], "localAddress">;
  },
  names: readonly string[],
): string | undefined {
  const { headers, method, socket } = request;
  const { host = "", origin } = headers;
  if (!isOwnName(nameOf(host), socket.localAddress, names)) {
    return "the Host header names another machine";
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
  // Somebody followed a link. Nothing is changed by it, and the other site sees no answer.
  const isVisit =
    method === "GET" &&
    headers["sec-fetch-mode"] === "navigate" &&
    headers["sec-fetch-dest"] === "document";
  return isVisit ? undefined : "the request comes from a page of another site";
}

/** The Host header without its port, in small letters. */
function nameOf(host: string): string {
  return host.replace(/:\d{1,5}$/, "").toLowerCase();
}

function isOwnName(
  name: string,
  localAddress: string | undefined,
  names: readonly string[],
): boolean {
  if (LOOPBACK_NAME.test(name)) return true;
  // An address that was spelled out was looked up nowhere.
  const address = name.replace(/^\[|\]$/g, "");
  const isBound =
    isIP(address) !== 0 && localAddress?.replace(/^::ffff:/, "") === address;
  return isBound || names.some((own) => own.toLowerCase() === name);
}
