import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

/** How the process stands, as far as it knows without asking anybody. */
export interface HealthReport {
  /** Whether requests should be sent here. */
  readonly isReady: boolean;
  /** Whether the process should go on; default: true, for it answers. */
  readonly isAlive?: boolean;
  /**
   * What `/readyz` reports beside that, for people. Never an address of a
   * dependency; an issuer goes by the identifier in its tokens.
   */
  readonly facts: Readonly<Record<string, string | number>>;
}

/** What the process tells of itself in numbers. */
export interface Scrape {
  readonly contentType: string;
  readonly text: string;
}

/** The second port: probes and metrics for whoever runs the process. */
export class OpsServer {
  /** Limits against slow clients, in milliseconds. */
  static readonly limits: ServerOptions = {
    headersTimeout: 10_000,
    requestTimeout: 10_000,
    connectionsCheckingInterval: 2_000,
  };

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  /** @param standing is asked anew for each probe, and must not wait */
  static async listen(
    host: string,
    port: number,
    standing: () => HealthReport,
    scrape: () => Promise<Scrape>,
  ): Promise<OpsServer> {
    const server = createServer(OpsServer.limits, (request, response) => {
      if (request.method === "GET" && pathOf(request) === "/metrics") {
        void tell(response, scrape);
      } else probe(request, response, standing);
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
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

async function tell(
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

function probe(
  request: IncomingMessage,
  response: ServerResponse,
  standing: () => HealthReport,
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
    const { isAlive = true } = standing();
    answer(isAlive ? 200 : 503, { status: isAlive ? "alive" : "not alive" });
  } else if (path === "/readyz") {
    const { isReady, facts } = standing();
    answer(isReady ? 200 : 503, {
      status: isReady ? "ready" : "not ready",
      ...facts,
    });
  } else answer(404, { status: "/livez, /readyz or /metrics" });
}

/** An IPv6 address as it stands in a URL. */
export function bracketed(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}
