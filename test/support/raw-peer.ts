import { connect, type Socket } from "node:net";
import { until } from "./until.js";

/** A client that writes bytes, and ignores the end of the connection (FIN). */
export class RawPeer {
  private text = "";
  private gone = false;
  private constructor(private readonly socket: Socket) {
    socket.on("data", (data) => (this.text += data.toString("latin1")));
    socket.on("error", () => (this.gone = true));
    socket.on("close", () => (this.gone = true));
  }

  static open(url: string): Promise<RawPeer> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect(
        { host: hostname, port: Number(port), allowHalfOpen: true },
        () => resolve(new RawPeer(socket)),
      );
      socket.once("error", reject);
    });
  }

  write(bytes: string | Buffer): this {
    if (!this.gone) this.socket.write(bytes);
    return this;
  }

  /** All bytes received so far, one character each. */
  get received(): string {
    return this.text;
  }

  /** Whether the connection is known to be closed on both sides. */
  get isGone(): boolean {
    return this.gone;
  }

  /** Status codes of the responses received so far. */
  get statuses(): number[] {
    const found = this.text.matchAll(/HTTP\/1\.1 (\d{3}) [A-Z]/g);
    return [...found].map(([, status]) => Number(status));
  }

  /** Waits until that many responses have begun. */
  async answers(count = 1): Promise<number[]> {
    await until(`${count} responses`, () => this.statuses.length >= count);
    return this.statuses;
  }

  end(): void {
    this.socket.destroy();
  }
}

/** A request head. */
export function head(...lines: readonly string[]): string {
  return `${lines.join("\r\n")}\r\n\r\n`;
}

export const HANDSHAKE = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Protocol: graphql-transport-ws",
] as const;

/** The head of a WebSocket handshake; `lines` come after the request line. */
export function handshake(path: string, ...lines: readonly string[]): string {
  return head(`GET ${path} HTTP/1.1`, ...lines, ...HANDSHAKE);
}
