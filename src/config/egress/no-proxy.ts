import { BlockList, isIP } from "node:net";
import { domainToASCII } from "node:url";
import { isLoopback } from "../rules.js";

/** One entry of `NO_PROXY`. */
interface Entry {
  readonly host: string;
  /** Port that the URL must have; 0 for any. */
  readonly port: number;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  "https:": 443,
  "http:": 80,
};

/**
 * Hosts that are reached without the proxy. Entries are separated by commas or white
 * space:
 * - `*`: every host;
 * - `example.com`, `.example.com` or `*.example.com`: this host and its subdomains;
 * - `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`: an address or a range. They match a URL that
 *   contains an address. Names are not resolved.
 *
 * Each form except a range may end with `:port`. Loopback always matches.
 */
export class NoProxy {
  private readonly isAll: boolean;
  private readonly entries: readonly Entry[];
  private readonly ranges = new BlockList();

  constructor(text: string) {
    const parts = text.split(/[\s,]+/).filter((part) => part !== "");
    this.isAll = parts.includes("*");
    this.entries = parts.filter((part) => !this.addRange(part)).map(entryOf);
  }

  matches(url: URL): boolean {
    const host = hostOf(url.hostname);
    if (this.isAll || isLoopback(host) || host.endsWith(".localhost")) {
      return true;
    }
    const family = isIP(host);
    if (
      family !== 0 &&
      this.ranges.check(host, family === 6 ? "ipv6" : "ipv4")
    ) {
      return true;
    }
    const port = Number(url.port) || DEFAULT_PORTS[url.protocol];
    return this.entries.some(
      (entry) =>
        (entry.port === 0 || entry.port === port) &&
        (entry.host === host ||
          (family === 0 && host.endsWith(`.${entry.host}`))),
    );
  }

  /** Adds an address range; false if the text is something else. */
  private addRange(text: string): boolean {
    const [, address = "", bits = ""] = /^(.+)\/(\d{1,3})$/.exec(text) ?? [];
    const family = isIP(address);
    if (family === 0 || Number(bits) > (family === 6 ? 128 : 32)) return false;
    this.ranges.addSubnet(
      address,
      Number(bits),
      family === 6 ? "ipv6" : "ipv4",
    );
    return true;
  }
}

function entryOf(text: string): Entry {
  // An IPv6 address has a port only if it is in brackets.
  const withPort = isIP(text) === 6 ? null : /^(.+):(\d{1,5})$/.exec(text);
  const host = (withPort?.[1] ?? text).replace(/^\*?\./, "");
  return { host: hostOf(host), port: Number(withPort?.[2] ?? 0) };
}

/** A host in the form in which URLs contain it, without brackets and final dot. */
function hostOf(text: string): string {
  const host = text.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
  if (isIP(host) === 6)
    return new URL(`http://[${host}]`).hostname.slice(1, -1);
  return isIP(host) === 0 ? domainToASCII(host) || host.toLowerCase() : host;
}
