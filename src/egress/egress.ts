import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent, type AgentOptions } from "node:https";
import { Agent, buildConnector, fetch as fetchOverAgent } from "undici";
import type { Config } from "../config/config.js";
import { parseProxy, type Proxy } from "../config/egress/proxy-url.js";
import { NoProxy } from "../config/egress/no-proxy.js";
import { openTunnel, type EgressTls } from "./tunnel.js";
import { TunnelAgent } from "./tunnel-agent.js";

/** Time to connect to a host, tunnel and TLS included; our choice. */
const CONNECT_TIMEOUT_MS = 2_000;

/** Limits of the connections of `Egress.fetch`. Its requests are rare. */
const FETCH_LIMITS = { connections: 4, keepAliveTimeout: 1_000 };

/**
 * Connections to other machines. Those to `https://` URLs pass through the proxy of
 * `HTTPS_PROXY`, except to hosts that `NO_PROXY` names and to loopback. Requests to
 * `http://` URLs never use a proxy: they stay on this machine or in its network.
 */
export class Egress {
  private agent: Agent | null = null;

  constructor(
    private readonly proxy: Proxy | null,
    private readonly noProxy: NoProxy,
    private readonly tls: EgressTls = {},
  ) {}

  static from(
    { HTTPS_PROXY, NO_PROXY }: Pick<Config, "HTTPS_PROXY" | "NO_PROXY">,
    tls?: EgressTls,
  ): Egress {
    return new Egress(
      HTTPS_PROXY === undefined ? null : parseProxy(HTTPS_PROXY),
      new NoProxy(NO_PROXY ?? ""),
      tls,
    );
  }

  /** The proxy for a URL; null if it is reached directly. */
  proxyFor(url: URL): Proxy | null {
    return url.protocol !== "https:" || this.noProxy.matches(url)
      ? null
      : this.proxy;
  }

  /**
   * Connector for a dispatcher of undici. It calls back when the connection to the
   * target is established, TLS included; until then no byte of a request is sent.
   *
   * @param timeoutMs limit of the whole: proxy, tunnel and TLS
   */
  connector(timeoutMs: number): buildConnector.connector {
    const direct = buildConnector({ ...this.tls, timeout: timeoutMs });
    return (options, callback) => {
      const { hostname, protocol } = options;
      const url = new URL(`${protocol}//${options.host ?? hostname}`);
      const proxy = this.proxyFor(url);
      if (proxy === null) {
        direct(options, callback);
        return;
      }
      const limit = new AbortController();
      const timer = setTimeout(() => limit.abort(), timeoutMs);
      const target = `${url.hostname}:${url.port || 443}`;
      openTunnel(proxy, target, limit.signal, this.tls).then(
        (tunnel) => {
          const abandon = (): void => void tunnel.destroy();
          limit.signal.addEventListener("abort", abandon);
          direct(
            { ...options, httpSocket: tunnel as never },
            (...[error, socket]) => {
              clearTimeout(timer);
              limit.signal.removeEventListener("abort", abandon);
              if (error === null) callback(null, socket);
              else callback(limit.signal.aborted ? timedOut() : error, null);
            },
          );
        },
        (error: Error) => {
          clearTimeout(timer);
          callback(error, null);
        },
      );
    };
  }

  /** `fetch`, through the proxy if the URL requires it. */
  readonly fetch: typeof globalThis.fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (this.proxyFor(url) === null) return fetch(input, init);
    this.agent ??= new Agent({
      ...FETCH_LIMITS,
      connect: this.connector(CONNECT_TIMEOUT_MS),
    });
    // Node.js contains another version of undici, which may not accept this agent.
    return fetchOverAgent(url, {
      ...(init as object),
      dispatcher: this.agent,
    });
  };

  /** Agent of `node:http` or `node:https` for requests to a URL. */
  agentFor(url: URL, options: AgentOptions = {}): HttpAgent {
    const own = { keepAlive: true, ...this.tls, ...options };
    const proxy = this.proxyFor(url);
    if (proxy !== null)
      return new TunnelAgent(proxy, CONNECT_TIMEOUT_MS, this.tls, own);
    return url.protocol === "https:" ? new HttpsAgent(own) : new HttpAgent(own);
  }

  async close(): Promise<void> {
    await this.agent?.close();
  }
}

/** The error of undici for a connection that takes too long. */
function timedOut(): Error {
  return Object.assign(new Error("connect timeout"), {
    code: "UND_ERR_CONNECT_TIMEOUT",
  });
}
