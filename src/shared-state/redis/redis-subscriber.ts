import { Cluster, Command, type Redis } from "ioredis";
import type { RedisAccess } from "../../config/redis/redis-access.js";
import { connect, connectToNode, type RedisClient } from "./redis-client.js";

type Listener = (message: string) => void;

/**
 * The connection for subscriptions. In a cluster, it leads to the node that owns the slot
 * of `key`. The gateway publishes everything there, so that one connection receives all
 * messages in the order in which that node received them.
 */
export class RedisSubscriber {
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly closeListeners: (() => void)[] = [];
  private connection: Redis | null = null;
  /** Node of the cluster to which the connection leads. */
  private node: string | null = null;
  private isClosed = false;

  /** @param key key whose slot selects the node of a cluster */
  constructor(
    private readonly access: RedisAccess,
    private readonly commands: RedisClient,
    private readonly key: string,
  ) {
    this.refresh();
    if (commands instanceof Cluster) {
      commands.on("refresh", () => this.refresh());
    }
  }

  /** The connection, if it can be used. */
  get ready(): Redis | null {
    return this.connection?.status === "ready" ? this.connection : null;
  }

  /** Calls `listener` when messages may have been lost. */
  onClose(listener: () => void): void {
    this.closeListeners.push(listener);
  }

  /** Calls `listener` for each message; returns a function that unsubscribes. */
  subscribe(channel: string, listener: Listener): () => void {
    const present = this.listeners.get(channel);
    if (present === undefined) {
      this.listeners.set(channel, new Set([listener]));
      this.send((connection) => connection.subscribe(channel));
    } else present.add(listener);
    return () => {
      const left = this.listeners.get(channel);
      if (left?.delete(listener) !== true || left.size > 0) return;
      this.listeners.delete(channel);
      this.send((connection) => connection.unsubscribe(channel));
    };
  }

  /** Connects again, because the server may no longer be the primary. */
  reconnect(): void {
    this.connection?.disconnect(true);
  }

  /** Connects to another node if the slot has moved. */
  refresh(): void {
    const { commands } = this;
    if (this.isClosed) return;
    if (!(commands instanceof Cluster)) {
      this.connection ??= this.open(connect(this.access) as Redis);
      return;
    }
    const slot = new Command("get", [this.key]).getSlot();
    const node = (slot === null ? [] : commands.slots[slot])?.[0];
    if (node === undefined || node === this.node) return;
    const at = node.lastIndexOf(":");
    this.disconnect();
    this.node = node;
    this.connection = this.open(
      connectToNode(this.access, {
        host: node.slice(0, at),
        port: Number(node.slice(at + 1)),
      }),
    );
  }

  close(): void {
    this.isClosed = true;
    this.disconnect();
  }

  private open(connection: Redis): Redis {
    // The command connection reports the same errors.
    connection.on("error", () => undefined);
    connection.on("ready", () => {
      for (const channel of this.listeners.keys()) {
        connection.subscribe(channel).catch(() => undefined);
      }
    });
    connection.on("message", (channel: string, message: string) => {
      for (const listener of this.listeners.get(channel) ?? []) {
        listener(message);
      }
    });
    connection.on("close", () => this.closed());
    return connection;
  }

  private disconnect(): void {
    if (this.connection === null) return;
    this.connection.disconnect();
    this.connection = null;
  }

  private closed(): void {
    for (const listener of this.closeListeners) listener();
  }

  /** Once connected, it subscribes to all channels. */
  private send(send: (connection: Redis) => Promise<unknown>): void {
    const { ready } = this;
    if (ready !== null) send(ready).catch(() => undefined);
  }
}
