import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { freePort } from "./redis-server.js";

/**
 * A TCP relay in front of a server, so that its address stays the same while the server
 * is unreachable or is replaced by another one.
 */
export class Relay {
  private server: Server | null = null;
  private readonly sockets = new Set<Socket>();

  private constructor(
    readonly port: number,
    private target: number,
  ) {}

  /** @param target port on loopback to which connections are passed on */
  static async start(target: number): Promise<Relay> {
    const relay = new Relay(await freePort(), target);
    await relay.accept();
    return relay;
  }

  /** Accepts connections again. */
  async accept(target = this.target): Promise<void> {
    this.target = target;
    if (this.server !== null) return;
    this.server = createServer((client) => this.pass(client));
    this.server.listen(this.port, "127.0.0.1");
    await once(this.server, "listening");
  }

  /** Closes all connections and refuses new ones. */
  async refuse(): Promise<void> {
    const { server } = this;
    this.server = null;
    if (server === null) return;
    for (const socket of this.sockets) socket.destroy();
    server.close();
    await once(server, "close");
  }

  private pass(client: Socket): void {
    const upstream = connect(this.target, "127.0.0.1");
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.setNoDelay(true);
      this.sockets.add(one);
      one.on("error", () => other.destroy());
      one.once("close", () => {
        this.sockets.delete(one);
        other.destroy();
      });
    }
    client.pipe(upstream).pipe(client);
  }
}
