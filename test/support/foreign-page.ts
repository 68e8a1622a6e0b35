import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A web site of another origin. */
export interface ServedPage {
  readonly url: string;
  stop(): Promise<void>;
}

/** Serves one page at every path, under a host name that makes it another site. */
export async function servePage(html: string): Promise<ServedPage> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    response.end(html);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    // Requests use the emulator's IP address; `localhost` is another site than that.
    url: `http://localhost:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
