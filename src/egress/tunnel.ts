import { request as requestOverHttp } from "node:http";
import {
  request as requestOverHttps,
  type AgentOptions,
  type RequestOptions,
} from "node:https";
import type { Duplex } from "node:stream";
import type { Proxy } from "../config/egress/proxy-url.js";
import { codeOf } from "../logging/output.js";

/** Certificates for tests; without them, the trusted ones of Node.js apply. */
export type EgressTls = Pick<AgentOptions, "ca">;

/**
 * The proxy did not open a tunnel, so no byte was sent to the target. The code is
 * `PROXY_` and the status that the proxy responded with (`PROXY_407`), a system error
 * (`PROXY_ECONNREFUSED`) or `TIMEOUT`. Contains neither the proxy's URL nor its response.
 */
export class ProxyError extends Error {
  readonly code: string;

  constructor(reason: string) {
    super(`the proxy did not open a tunnel: ${reason}`);
    this.name = "ProxyError";
    this.code = `PROXY_${reason}`;
  }
}

/**
 * Opens a tunnel with CONNECT (RFC 9110, section 9.3.6).
 *
 * @param target host and port, such as `example.com:443`
 * @param signal ends the attempt
 * @param tls of the connection to a proxy over TLS
 * @throws {ProxyError} always this class
 */
export function openTunnel(
  proxy: Proxy,
  target: string,
  signal: AbortSignal,
  tls: EgressTls = {},
): Promise<Duplex> {
  const options: RequestOptions = {
    ...tls,
    host: proxy.host,
    port: proxy.port,
    method: "CONNECT",
    path: target,
    agent: false,
    signal,
    headers: {
      host: target,
      ...(proxy.authorization === undefined
        ? {}
        : { "proxy-authorization": proxy.authorization }),
    },
  };
  const send = proxy.isSecure ? requestOverHttps : requestOverHttp;
  return new Promise((resolve, reject) => {
    const request = send(options);
    request.once("connect", ({ statusCode = 0 }, socket, head) => {
      // An error without a listener would end the process.
      socket.on("error", () => undefined);
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy();
        reject(new ProxyError(String(statusCode)));
        return;
      }
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    // A proxy that ignores the method responds as to any other request.
    request.once("response", (response) => {
      response.destroy();
      reject(new ProxyError(String(response.statusCode)));
    });
    request.once("error", (error) =>
      reject(new ProxyError(signal.aborted ? "TIMEOUT" : codeOf(error))),
    );
    request.end();
  });
}
