import { isIPv4, isIPv6 } from "node:net";
import { parseForwarded } from "./forwarded-header.js";
import { trustOf, withoutMapping, type Trust } from "./trusted-proxies.js";

/** A request as its client sent it, as far as trusted proxies say so. */
export interface ClientView {
  /** Address of the client, or of the nearest proxy that is not trusted. */
  readonly address: string;
  /** Scheme that the client used; null if unknown, because a proxy may end TLS. */
  readonly scheme: Scheme | null;
  /** Host and optional port that the client used; empty without a Host header. */
  readonly host: string;
  /**
   * Prefix of links to this gateway: empty, a path such as `/gw`, or `PUBLIC_URL`. Never
   * ends with a slash.
   */
  readonly linkBase: string;
}

export type Scheme = "http" | "https";

/** The parts of a request that determine its view. */
export interface ReceivedRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** Values from one family of headers. Undefined if missing or malformed. */
interface Statement {
  readonly address: string;
  readonly scheme?: Scheme | undefined;
  readonly host?: string | undefined;
}

const HOST = /^(?:\[[0-9a-f:.]{2,45}\]|[a-z0-9_.-]{1,255})(?::\d{1,5})?$/i;

/** A path of unreserved characters. `//` would name another host in a link. */
const PREFIX = /^(?:\/[a-z0-9_~.-]{1,64}){1,8}\/?$/i;

/**
 * Determines how clients see the gateway.
 *
 * The headers `X-Forwarded-For`, `-Proto`, `-Host`, `-Port`, `-Prefix` and `Forwarded`
 * (RFC 7239) are used only from a trusted proxy. A proxy appends to them, so the walk begins
 * at the last entry and ends at the first address that is not trusted. Malformed values
 * are ignored.
 */
export class ClientViews {
  private readonly trust: Trust;
  /** Path of `PUBLIC_URL` without a slash at its end; empty without a path. */
  readonly publicPath: string;
  /** `PUBLIC_URL` without a slash at its end; empty without that setting. */
  readonly publicBase: string;

  /**
   * @param trustedProxies `TRUSTED_PROXIES`
   * @param publicUrl `PUBLIC_URL`
   */
  constructor(trustedProxies: readonly string[] = [], publicUrl?: string) {
    this.trust = trustOf(trustedProxies);
    const url = publicUrl === undefined ? null : new URL(publicUrl);
    this.publicPath = withoutSlash(url?.pathname ?? "");
    this.publicBase = url === null ? "" : `${url.origin}${this.publicPath}`;
  }

  of({ headers, socket }: ReceivedRequest): ClientView {
    const peer = withoutMapping(socket.remoteAddress ?? "");
    const host = textOf(headers["host"]) ?? "";
    if (!this.trust(peer, 0)) {
      return { address: peer, scheme: null, host, linkBase: this.publicBase };
    }
    const said = this.statementOf(peer, headers);
    const port = lastOf(headers["x-forwarded-port"]);
    const prefix = lastOf(headers["x-forwarded-prefix"]) ?? "";
    const scheme = said?.scheme ?? null;
    return {
      address: said?.address ?? peer,
      scheme,
      host: withPort(
        said?.host ?? host,
        said === null ? undefined : port,
        scheme,
      ),
      linkBase:
        this.publicBase === "" && PREFIX.test(prefix) && !hasDots(prefix)
          ? withoutSlash(prefix)
          : this.publicBase,
    };
  }

  /**
   * If both families are sent, they are used only if they agree: most proxies
   * write one of them and pass on what the client sent as the other.
   */
  private statementOf(
    peer: string,
    headers: ReceivedRequest["headers"],
  ): Statement | null {
    const one = this.fromXForwarded(peer, headers);
    const other = this.fromForwarded(peer, textOf(headers["forwarded"]));
    if (one === null || other === null) return one ?? other;
    const agree = <K extends keyof Statement>(name: K): boolean =>
      one[name] === undefined ||
      other[name] === undefined ||
      one[name] === other[name];
    return agree("address") && agree("scheme") && agree("host")
      ? {
          address: one.address,
          scheme: one.scheme ?? other.scheme,
          host: one.host ?? other.host,
        }
      : null;
  }

  private fromXForwarded(
    peer: string,
    headers: ReceivedRequest["headers"],
  ): Statement | null {
    const list = textOf(headers["x-forwarded-for"]);
    const proto = lastOf(headers["x-forwarded-proto"]);
    const host = lastOf(headers["x-forwarded-host"]);
    if (list === undefined && proto === undefined && host === undefined) {
      return null;
    }
    const nodes = itemsOf(list ?? "").reverse();
    return {
      address: this.walk(peer, nodes).address,
      scheme: schemeOf(proto),
      host: hostOf(host),
    };
  }

  private fromForwarded(
    peer: string,
    text: string | undefined,
  ): Statement | null {
    const elements = text === undefined ? null : parseForwarded(text);
    if (elements === null || elements.length === 0) return null;
    elements.reverse();
    const nodes = elements.map((element) => element.get("for") ?? "");
    const { address, hops } = this.walk(peer, nodes);
    // The element of the proxy next to the client is the last one that is trusted. A
    // parameter that it lacks is taken from the elements after it.
    const trusted = elements.slice(0, hops + 1).reverse();
    const first = <T>(
      read: (text: string | undefined) => T | undefined,
      name: string,
    ): T | undefined =>
      trusted
        .map((element) => read(element.get(name)))
        .find((value) => value !== undefined);
    return {
      address,
      scheme: first(schemeOf, "proto"),
      host: first(hostOf, "host"),
    };
  }

  /**
   * Follows the addresses from the peer towards the client. Ends at the first one that is
   * not trusted, or before one that is hidden or malformed.
   */
  private walk(
    peer: string,
    nodes: readonly string[],
  ): { readonly address: string; readonly hops: number } {
    let address = peer;
    for (const [hops, node] of nodes.entries()) {
      const next = addressIn(node);
      if (next === null) return { address, hops };
      address = next;
      if (!this.trust(address, hops + 1)) return { address, hops };
    }
    return { address, hops: Math.max(0, nodes.length - 1) };
  }
}

/** The address of a node such as `192.0.2.1:8080` or `[2001:db8::1]`; null if hidden. */
function addressIn(node: string): string | null {
  const [, bracketed, plain] =
    /^(?:\[([0-9a-f:.]+)\]|([\d.]+))(?::\d{1,5})?$/i.exec(node) ?? [];
  if (plain !== undefined) return isIPv4(plain) ? plain : null;
  const address = bracketed ?? node;
  return isIPv6(address) && !address.includes("%")
    ? withoutMapping(address)
    : null;
}

function schemeOf(text: string | undefined): Scheme | undefined {
  switch (text?.toLowerCase()) {
    case "http":
    case "ws":
      return "http";
    case "https":
    case "wss":
      return "https";
    default:
      return undefined;
  }
}

function hostOf(text: string | undefined): string | undefined {
  return text !== undefined && HOST.test(text) ? text : undefined;
}

/** Adds `X-Forwarded-Port` to a host without a port, unless it is the scheme's own. */
function withPort(
  host: string,
  port: string | undefined,
  scheme: Scheme | null,
): string {
  const isPort = port !== undefined && /^\d{1,5}$/.test(port);
  if (!isPort || host === "" || /:\d+$/.test(host)) return host;
  const isDefault = port === "443" ? scheme !== "http" : port === "80";
  return isDefault ? host : `${host}:${port}`;
}

function textOf(value: string | string[] | undefined): string | undefined {
  return typeof value === "string" ? value : value?.join(",");
}

function itemsOf(list: string): string[] {
  return list
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

/** The last of several values: the one that the nearest proxy added. */
function lastOf(value: string | string[] | undefined): string | undefined {
  return itemsOf(textOf(value) ?? "").at(-1);
}

function hasDots(path: string): boolean {
  return path.split("/").some((part) => part === "." || part === "..");
}

function withoutSlash(path: string): string {
  return path.endsWith("/") ? path.slice(0, -1) : path;
}
