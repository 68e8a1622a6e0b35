import { Agent, type AgentOptions, type RequestOptions } from "node:https";
import type { Duplex } from "node:stream";
import type { Proxy } from "../config/egress/proxy-url.js";
import { openTunnel, type EgressTls } from "./tunnel.js";

type OnSocket = (error: Error | null, socket: Duplex) => void;

/** Agent for `node:https` whose connections pass through a proxy. */
export class TunnelAgent extends Agent {
  constructor(
    private readonly proxy: Proxy,
    private readonly connectTimeoutMs: number,
    private readonly tls: EgressTls,
    options: AgentOptions,
  ) {
    super(options);
  }

  override createConnection(
    options: RequestOptions,
    onSocket: OnSocket = () => undefined,
  ): undefined {
    const target = `${hostInUrl(options.host ?? "")}:${options.port ?? 443}`;
    const limit = AbortSignal.timeout(this.connectTimeoutMs);
    openTunnel(this.proxy, target, limit, this.tls).then(
      (tunnel) => {
        const secured = { ...options, socket: tunnel } as RequestOptions;
        onSocket(null, super.createConnection(secured) as Duplex);
      },
      // Node.js ignores the socket of a failed connection.
      (error: Error) => onSocket(error, undefined as never),
    );
  }
}

function hostInUrl(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}
