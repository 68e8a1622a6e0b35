import { hostname } from "node:os";
import type { Config } from "../../config/config.js";
import { directoriesOf } from "../../upstream/upstream.module.js";
import type { ServerAddress } from "./span-attributes.js";

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  "http:": 80,
  "https:": 443,
};

/** Values of `HOST` that name no address. */
const ANY_ADDRESS: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

/** Host, port and scheme of a URL. */
function addressOf(url: URL): ServerAddress {
  const { hostname: host, port, protocol } = url;
  return {
    // Without the brackets of an IPv6 address.
    address: host.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? (DEFAULT_PORTS[protocol] ?? null) : Number(port),
    scheme: protocol.slice(0, -1),
  };
}

/** Addresses of the servers that spans name, all of them from the configuration. */
export class ServerAddresses {
  /** The gateway, as clients reach it. */
  readonly own: ServerAddress;
  private readonly vendors: ReadonlyMap<string, ServerAddress>;

  constructor(config: Config) {
    const { PUBLIC_URL: url, HOST: host, PORT: port } = config;
    this.own =
      url === undefined
        ? {
            address: ANY_ADDRESS.has(host) ? hostname() : host,
            port: port === 0 ? null : port,
            scheme: "http",
          }
        : addressOf(new URL(url));
    this.vendors = new Map(
      [...directoriesOf(config)].map(([alias, { endpoint }]) => [
        alias,
        addressOf(new URL(endpoint)),
      ]),
    );
  }

  /** The vendor's endpoint of a directory; null for an unknown alias. */
  vendorOf(directory: string): ServerAddress | null {
    return this.vendors.get(directory) ?? null;
  }
}
