import { once } from "node:events";
import { WebSocket, type ClientOptions } from "ws";
import { until } from "./until.js";

/** A message of graphql-transport-ws. */
export interface SocketMessage {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

/** A graphql-transport-ws client that stores the messages that it receives. */
export class TestSocket {
  readonly received: SocketMessage[] = [];
  /** Close code sent by the server, after the socket has closed. */
  readonly closed: Promise<number>;

  private constructor(private readonly socket: WebSocket) {
    socket.on("message", (data: Buffer) => {
      this.received.push(JSON.parse(data.toString("utf8")) as SocketMessage);
    });
    this.closed = new Promise((resolve) => socket.once("close", resolve));
  }

  /** Opens a socket and sends nothing. */
  static async open(
    gatewayUrl: string,
    options: ClientOptions = {},
  ): Promise<TestSocket> {
    const socket = new WebSocket(
      `${gatewayUrl.replace("http", "ws")}/graphql`,
      "graphql-transport-ws",
      options,
    );
    const opened = new TestSocket(socket);
    await once(socket, "open");
    return opened;
  }

  /** Opens a socket and authenticates. */
  static async signedIn(
    gatewayUrl: string,
    params: object = {},
  ): Promise<TestSocket> {
    const socket = await TestSocket.open(gatewayUrl);
    socket.send({ type: "connection_init", payload: params });
    await socket.message(({ type }) => type === "connection_ack");
    return socket;
  }

  send(message: SocketMessage): void {
    this.socket.send(JSON.stringify(message));
  }

  subscribe(id: string, query: string, variables?: object): void {
    this.send({ type: "subscribe", id, payload: { query, variables } });
  }

  /** The first received message for which `isWanted` holds. */
  message(
    isWanted: (message: SocketMessage) => boolean,
  ): Promise<SocketMessage> {
    return until("a message", () => this.received.find(isWanted) ?? null);
  }

  async close(): Promise<void> {
    this.socket.close(1000);
    await this.closed;
  }
}
