import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { listenFailure } from "../config/listen-failure.js";

/** Health of the process, from what it already knows: no call is made for it. */
export interface HealthReport {
  /** Whether the process should receive requests. */
  readonly isReady: boolean;
  /** False if the process should be restarted; default: true. */
  readonly isAlive?: boolean;
  /**
   * Details in the body of `/readyz`, for people. They contain no URL of a
   * dependency; a token issuer is named by its identifier.
   */
  readonly facts: Readonly<Record<string, string | number>>;
}

/** Response of `/metrics`. */
export interface Scrape {
  readonly contentType: string;
  readonly text: string;
}

/** HTTP server of the operations port: `/livez`, `/readyz` and `/metrics`. */
export class OpsServer {
  /** Timeouts for slow clients, in milliseconds. */
  static readonly limits: ServerOptions = {
    headersTimeout: 10_000,
    requestTimeout: 10_000,
    connectionsCheckingInterval: 2_000,
  };

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  /** @param health called for each probe; must return at once */
  static async listen(
    host: string,
    port: number,
    health: () => HealthReport,
    scrape: () => Promise<Scrape>,
  ): Promise<OpsServer> {
    const server = createServer(OpsServer.limits, (request, response) => {
      if (request.method === "GET" && pathOf(request) === "/metrics") {
        void respondToScrape(response, scrape);
      } else respondToProbe(request, response, health);
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", (error) =>
        reject(listenFailure("OPS_PORT", port, host, error)),
      );
      server.listen(port, host, resolve);
    });
    const { port: bound } = server.address() as AddressInfo;
    return new OpsServer(server, `http://${bracketed(host)}:${bound}`);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function pathOf({ url = "" }: IncomingMessage): string {
  return url.split("?", 1)[0] ?? "";
}

async function respondToScrape(
  response: ServerResponse,
  scrape: () => Promise<Scrape>,
): Promise<void> {
  try {
    const { contentType, text } = await scrape();
    response
      .writeHead(200, {
        "content-type": contentType,
        "cache-control": "no-store",
      })
      .end(text);
  } catch {
    response.writeHead(500).end();
  }
}

function respondToProbe(
  request: IncomingMessage,
  response: ServerResponse,
  health: () => HealthReport,
): void {
  const answer = (status: number, body: object): void => {
    response
      .writeHead(status, {
        "content-type": "application/json; charset=utf-8",
        "cache-control": "no-store",
      })
      .end(`${JSON.stringify(body)}\n`);
  };
  const path = pathOf(request);
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    answer(405, { status: "GET only" });
  } else if (path === "/livez") {
    const { isAlive = true } = health();
    answer(isAlive ? 200 : 503, { status: isAlive ? "alive" : "not alive" });
  } else if (path === "/readyz") {
    const { isReady, facts } = health();
    answer(isReady ? 200 : 503, {
      status: isReady ? "ready" : "not ready",
      ...facts,
    });
  } else answer(404, { status: "/livez, /readyz or /metrics" });
}

/** The host as it is written in a URL: an IPv6 address in brackets. */
export function bracketed(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}
