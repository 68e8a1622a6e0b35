import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { listening, SERVER_TLS, type LocalServer } from "./tls-servers.js";

interface ProxyOptions {
  /** Ports of this machine by target, such as `vendor.example:443`. */
  readonly routes: Readonly<Record<string, number>>;
  /** `user:password` that clients must send. */
  readonly login?: string;
  /** Whether clients reach the proxy over TLS. */
  readonly isSecure?: boolean;
}

/** An HTTP proxy that opens tunnels (CONNECT) to servers of this machine. */
export class ConnectProxy {
  /** Targets of all CONNECT requests, in order. */
  readonly targets: string[] = [];
  /** Status of the response to every CONNECT; null to open the tunnel. */
  refusal: number | null = null;
  private held: (() => void)[] | null = null;

  private constructor(
    private readonly options: ProxyOptions,
    private server: LocalServer,
  ) {}

  static async listen(options: ProxyOptions): Promise<ConnectProxy> {
    const server = options.isSecure
      ? createSecureServer(SERVER_TLS)
      : createServer();
    const proxy = new ConnectProxy(options, await listening(server));
    server.on("connect", (request, socket: Duplex) => {
      const { url = "", headers } = request;
      proxy.targets.push(url);
      socket.on("error", () => undefined);
      const accept = (): void =>
        proxy.accept(url, headers["proxy-authorization"], socket);
      if (proxy.held === null) accept();
      else proxy.held.push(accept);
    });
    return proxy;
  }

  get port(): number {
    return this.server.port;
  }

  /** Number of CONNECT requests that wait for `release`. */
  get waiting(): number {
    return this.held?.length ?? 0;
  }

  /** Answers no CONNECT until `release`. */
  hold(): void {
    this.held = [];
  }

  release(): void {
    const held = this.held ?? [];
    this.held = null;
    for (const accept of held) accept();
  }

  close(): Promise<void> {
    return this.server.close();
  }

  private accept(
    target: string,
    authorization: string | undefined,
    socket: Duplex,
  ): void {
    const { routes, login } = this.options;
    const expected = `Basic ${Buffer.from(login ?? "").toString("base64")}`;
    const port = routes[target];
    const status =
      login !== undefined && authorization !== expected
        ? 407
        : (this.refusal ?? (port === undefined ? 502 : 200));
    if (status !== 200 || port === undefined) {
      socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 9\r\n\r\n<refused>`);
      return;
    }
    const inner = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      socket.pipe(inner).pipe(socket);
    });
    inner.on("error", () => socket.destroy());
    socket.on("close", () => inner.destroy());
  }
}
