import { Redis } from "ioredis";
import type { Logger } from "../logging/logger.js";
import {
  SharedStateAway,
  type ScriptArgument,
  type SharedStore,
} from "./shared-store.js";

/** Longest wait for an answer: a caller with a key hears of it in 500 ms. */
export const COMMAND_TIMEOUT_MS = 400;

/** Pause between two looks at the store, and while it answers late. */
const BEAT_MS = 1_000;
const LATE_BEAT_MS = 250;

/** Longest pause between two tries to connect; recovery takes little more. */
const RECONNECT_CAP_MS = 1_000;

/** A connection on which nothing comes back for so long is dead. */
const DEAD_AFTER_MS = 5_000;

/**
 * Redis or Valkey, and whether it is there.
 *
 * Nothing queues while it is away, and one late answer counts as away until it
 * answers in time again: a slow store costs a request one wait, not each.
 * The address is never logged; it may hold a password.
 */
export class RedisConnection implements SharedStore {
  private readonly commands: Redis;
  private readonly listening: Redis;
  private readonly listeners = new Map<
    string,
    Set<(message: string) => void>
  >();
  private isLate = false;
  private isClosed = false;
  private wasAway = false;
  private beat: NodeJS.Timeout | undefined;

  constructor(
    url: string,
    private readonly prefix: string,
    private readonly logger: Logger,
  ) {
    this.commands = connect(url);
    this.listening = connect(url);
    this.commands.on("ready", () => this.noteState());
    this.commands.on("close", () => this.noteState());
    this.commands.on("error", (error: Error) => this.noteState(error));
    // Errors of the second connection show on the first one as well.
    this.listening.on("error", () => undefined);
    this.listening.on("ready", () => {
      for (const channel of this.listeners.keys()) this.subscribe(channel);
    });
    this.listening.on("message", (channel: string, message: string) => {
      for (const listener of this.listeners.get(channel) ?? []) {
        listener(message);
      }
    });
    this.lookAgain();
  }

  /** For libraries with commands of their own; their keys take `keyPrefix`. */
  get client(): Redis {
    return this.commands;
  }

  get keyPrefix(): string {
    return this.prefix;
  }

  get isAway(): boolean {
    return this.isLate || this.commands.status !== "ready";
  }

  /** Resolves once it is there, or after `ms` all the same. */
  async opened(ms: number): Promise<void> {
    if (!this.isAway) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.commands.once("ready", () => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.noteState();
  }

  get(key: string): Promise<string | null> {
    return this.ask(() => this.commands.get(this.prefix + key));
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    await this.ask(() =>
      this.commands.set(this.prefix + key, value, "PX", ttlMs),
    );
  }

  async remove(key: string): Promise<void> {
    await this.ask(() => this.commands.del(this.prefix + key));
  }

  run(
    script: string,
    keys: readonly string[],
    args: readonly ScriptArgument[],
  ): Promise<unknown> {
    const names = keys.map((key) => this.prefix + key);
    return this.ask(() =>
      this.commands.eval(script, names.length, ...names, ...args),
    );
  }

  publish(channel: string, message: string): void {
    this.ask(() => this.commands.publish(this.prefix + channel, message)).catch(
      () => undefined,
    );
  }

  listen(channel: string, listener: (message: string) => void): () => void {
    const name = this.prefix + channel;
    const present = this.listeners.get(name);
    if (present === undefined) {
      this.listeners.set(name, new Set([listener]));
      this.subscribe(name);
    } else present.add(listener);
    return () => {
      const left = this.listeners.get(name);
      if (left?.delete(listener) !== true || left.size > 0) return;
      this.listeners.delete(name);
      if (this.listening.status !== "ready") return;
      this.listening.unsubscribe(name).catch(() => undefined);
    };
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.beat);
    this.listening.disconnect();
    // What was sent before, such as a lease given back, still goes out.
    await this.commands.quit().catch(() => undefined);
    this.commands.disconnect();
  }

  private subscribe(channel: string): void {
    // A connection that is made later subscribes to all channels.
    if (this.listening.status !== "ready") return;
    this.listening.subscribe(channel).catch(() => undefined);
  }

  private async ask<T>(send: () => Promise<T>): Promise<T> {
    if (this.isAway) throw new SharedStateAway();
    try {
      return await send();
    } catch (error) {
      if (isTimeout(error)) this.isLate = true;
      this.noteState();
      throw new SharedStateAway();
    }
  }

  /** Looks whether it still answers, also while nobody asks for anything. */
  private lookAgain(): void {
    this.beat = setTimeout(
      () => {
        const isConnected = this.commands.status === "ready";
        const looked = isConnected ? this.commands.ping() : Promise.resolve();
        looked
          .then(() => (this.isLate = false))
          .catch((error: unknown) => (this.isLate = isTimeout(error)))
          .finally(() => {
            this.noteState();
            if (!this.isClosed) this.lookAgain();
          });
      },
      this.isLate ? LATE_BEAT_MS : BEAT_MS,
    ).unref();
  }

  /** One line when it goes and one when it comes back. */
  private noteState(error?: Error): void {
    const { isAway } = this;
    if (isAway === this.wasAway || this.isClosed) return;
    // A connection that is being made for the first time is not away yet.
    if (isAway && error === undefined && this.commands.status === "connecting")
      return;
    this.wasAway = isAway;
    if (isAway) {
      this.logger.log("warn", "shared state is away", {
        outcome: wordOf(error),
      });
    } else this.logger.log("info", "shared state is there");
  }
}

function connect(url: string): Redis {
  return new Redis(url, {
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: DEAD_AFTER_MS,
    connectTimeout: 2_000,
    keepAlive: 10_000,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) =>
      Math.min(RECONNECT_CAP_MS, 50 * 2 ** Math.min(times, 8)) *
      (0.5 + Math.random() / 2),
    // A replica that was made the leader's follower takes no writes.
    reconnectOnError: (error) => error.message.startsWith("READONLY"),
  });
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === "Command timed out";
}

/** What kind of failure it was: a system code or the store's own word. */
function wordOf(error: Error | undefined): string {
  if (error === undefined) return "no-answer";
  if ("code" in error && typeof error.code === "string") return error.code;
  return /^[A-Z]{4,20}\b/.exec(error.message)?.[0] ?? "failure";
}
