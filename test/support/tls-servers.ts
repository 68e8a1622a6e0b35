import { readFileSync } from "node:fs";
import { createServer as createHttpsServer, type Server } from "node:https";
import type { RequestListener } from "node:http";
import { connect, type AddressInfo, type Server as NetServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { fileURLToPath } from "node:url";

const folder = new URL("../fixtures/tls/", import.meta.url);

/** Certificate of the authority that signed the certificate of the servers below. */
export const CA_FILE = fileURLToPath(new URL("ca-certificate.pem", folder));
export const CA = readFileSync(CA_FILE, "utf8");

/** Key and certificate for vendor.example, issuer.example, … and localhost. */
export const SERVER_TLS = {
  key: readFileSync(new URL("server-key.pem", folder)),
  cert: readFileSync(new URL("server-certificate.pem", folder)),
};

/** A server on a free port of this machine. */
export interface LocalServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Ends TLS and passes the plain bytes to a port of this machine. */
export async function tlsInFrontOf(port: number): Promise<LocalServer> {
  const server = createTlsServer(SERVER_TLS, (socket) => {
    const inner = connect(port, "127.0.0.1");
    for (const one of [socket, inner]) one.on("error", () => undefined);
    socket.on("close", () => inner.destroy());
    socket.pipe(inner).pipe(socket);
  });
  server.on("tlsClientError", () => undefined);
  return listening(server);
}

/** An HTTPS server. */
export function httpsServer(handler: RequestListener): Promise<LocalServer> {
  return listening(createHttpsServer(SERVER_TLS, handler));
}

export async function listening(
  server: NetServer | Server,
): Promise<LocalServer> {
  const sockets = new Set<{ destroy(): unknown }>();
  server.on("connection", (socket: { destroy(): unknown }) =>
    sockets.add(socket),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
