import { request } from "node:http";
import { connect } from "node:net";

/** A request that is sent without normalisation by a client. */
export interface RawRequest {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Time limit for a response, in milliseconds. */
const MAX_MS = 3_000;

/** Sends one request on a new connection. */
export function send(
  gatewayUrl: string,
  { method, path, headers = {}, body }: RawRequest,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(gatewayUrl);
  return new Promise((resolve, reject) => {
    const call = request(
      {
        hostname,
        port,
        method,
        path,
        agent: false,
        signal: AbortSignal.timeout(MAX_MS),
        headers: {
          ...(headers as Record<string, string>),
          ...(body === undefined
            ? {}
            : { "content-length": Buffer.byteLength(body) }),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString("utf8"),
          });
        });
      },
    );
    call.on("error", reject);
    call.end(body);
  });
}

/** Writes bytes to a socket and resolves with all that it receives until it closes. */
export function writeBytes(
  gatewayUrl: string,
  bytes: string | Buffer,
): Promise<string> {
  const { hostname, port } = new URL(gatewayUrl);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(
      {
        port: Number(port),
        host: hostname,
        signal: AbortSignal.timeout(MAX_MS),
      },
      () => socket.end(bytes),
    );
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      // A server may reset a connection on which the client writes after a rejection.
      if (error.code === "ECONNRESET" || error.code === "EPIPE") {
        resolve(Buffer.concat(chunks).toString("latin1"));
      } else reject(error);
    });
    socket.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
  });
}
