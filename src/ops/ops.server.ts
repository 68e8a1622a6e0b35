import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What the probes ask. */
export interface Probes {
  /** Whether requests should be sent here; never asks the vendor. */
  isReady(): boolean;
}

/** The second port: probes for whoever runs the process. */
export class OpsServer {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async listen(
    host: string,
    port: number,
    probes: Probes,
  ): Promise<OpsServer> {
    const server = createServer((request, response) => {
      const [path] = (request.url ?? "").split("?");
      const answer = (status: number, body: string): void => {
        response
          .writeHead(status, {
            "content-type": "text/plain; charset=utf-8",
            "cache-control": "no-store",
          })
          .end(`${body}\n`);
      };
      if (request.method !== "GET" && request.method !== "HEAD") {
        answer(405, "GET only");
      } else if (path === "/livez") answer(200, "alive");
      else if (path === "/readyz") {
        if (probes.isReady()) answer(200, "ready");
        else answer(503, "not ready");
      } else answer(404, "/livez or /readyz");
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

/** An IPv6 address as it stands in a URL. */
export function bracketed(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}
