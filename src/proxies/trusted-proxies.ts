import { isIP, isIPv4 } from "node:net";
import { compile } from "@fastify/proxy-addr";

/** What `TRUSTED_PROXIES` accepts, for messages and the documentation. */
export const TRUSTED_PROXIES_RULE =
  "must be addresses (192.0.2.10, 2001:db8::10), ranges (10.0.0.0/8, fd00::/8), the names loopback, linklocal or uniquelocal, or one number of proxies from 1 to 16";

/**
 * Whether the host at an address is a trusted proxy.
 *
 * @param hop 0 for the peer of the connection, 1 for the host before it, and so on
 */
export type Trust = (address: string, hop: number) => boolean;

const NAMES = ["loopback", "linklocal", "uniquelocal"];

const MAX_HOPS = 16;

/** Length of the prefix `::ffff:0:0/96` of IPv4-mapped addresses (RFC 4291, 2.5.5.2). */
const MAPPED_BITS = 96;

/**
 * Compiles `TRUSTED_PROXIES`: addresses, ranges and names, or one number of hops. An
 * empty list trusts no host.
 *
 * @throws {TypeError} when an entry is invalid
 */
export function trustOf(entries: readonly string[]): Trust {
  const [first] = entries;
  if (first === undefined) return () => false;
  if (entries.length === 1 && /^\d+$/.test(first)) {
    const hops = Number(first);
    if (hops < 1 || hops > MAX_HOPS) throw new TypeError(TRUSTED_PROXIES_RULE);
    return (_address, hop) => hop < hops;
  }
  return compile(entries.map(rangeOf));
}

/** Whether `trustOf` accepts these entries. */
export function isTrustedProxies(entries: unknown): boolean {
  if (!Array.isArray(entries)) return false;
  try {
    trustOf(entries as readonly string[]);
    return true;
  } catch {
    return false;
  }
}

/** One entry in the notation of proxy-addr, which also accepts ambiguous ones. */
function rangeOf(entry: string): string {
  const name = entry.toLowerCase();
  if (NAMES.includes(name)) return name;
  const [address = "", bits, ...rest] = entry.split("/");
  const isRange = bits !== undefined;
  if (
    isIP(address) === 0 ||
    address.includes("%") ||
    rest.length > 0 ||
    (isRange && !/^\d{1,3}$/.test(bits))
  ) {
    throw new TypeError(TRUSTED_PROXIES_RULE);
  }
  const mapped = withoutMapping(address);
  if (mapped === address || !isRange) return entry;
  const mappedBits = Number(bits) - MAPPED_BITS;
  return mappedBits > 0 ? `${mapped}/${mappedBits}` : entry;
}

/** An IPv4-mapped IPv6 address as IPv4; any other address unchanged. */
export function withoutMapping(address: string): string {
  const tail = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  return tail !== undefined && isIPv4(tail) ? tail : address;
}
