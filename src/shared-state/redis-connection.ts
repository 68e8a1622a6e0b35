import { Redis } from "ioredis";
import type { Logger } from "../logging/logger.js";
import {
  codeOf,
  isGeneralRefusal,
  isTimeout,
  probe,
  refusalOf,
} from "./redis-probe.js";
import {
  SharedStateUnavailable,
  type ScriptArgument,
  type SharedStore,
} from "./shared-store.js";

/** Longest wait for a reply: a caller with a key gets an answer in 500 ms. */
export const COMMAND_TIMEOUT_MS = 400;

/** Pause between two probes, and while Redis cannot be used. */
const BEAT_MS = 1_000;
const TROUBLE_BEAT_MS = 250;

/** Longest pause between two attempts to connect; recovery takes little more. */
const RECONNECT_CAP_MS = 1_000;

/** A connection without any reply for so long is dead. */
const DEAD_AFTER_MS = 5_000;

/** Why Redis cannot be used. */
export interface RedisProblem {
  /** Unreachable or silent, or reachable and refusing what we need. */
  readonly kind: "away" | "refused";
  /** The error word of Redis or a system code: fit for logs. */
  readonly word: string;
}

const MESSAGES = {
  away: "shared state is away",
  refused: "shared state refuses commands",
} as const;

/**
 * Redis or Valkey, and whether it can be used: a probe runs every command that
 * is needed, after each connect and every second, because a server that
 * answers PING may refuse all others.
 *
 * Nothing queues while it cannot be used, and one late reply counts as away
 * until a probe succeeds: a slow store costs a request one wait, not each.
 * The address is never logged; it may hold a password.
 */
export class RedisConnection implements SharedStore {
  private readonly commands: Redis;
  private readonly listening: Redis;
  private readonly listeners = new Map<
    string,
    Set<(message: string) => void>
  >();
  private trouble: RedisProblem | null = { kind: "away", word: "connecting" };
  private logged: RedisProblem["kind"] | null = null;
  private isClosed = false;
  private isProbing = false;
  private reconnectedAtMs = Number.NEGATIVE_INFINITY;
  private beat: NodeJS.Timeout | undefined;
  private readonly verdicts = new Set<() => void>();

  constructor(
    url: string,
    private readonly prefix: string,
    private readonly logger: Logger,
  ) {
    this.commands = connect(url);
    this.listening = connect(url);
    this.commands.on("ready", () => void this.probe());
    this.commands.on("close", () => {
      // After a refusal the connection is made again on purpose.
      if (this.trouble === null) this.note({ kind: "away", word: "closed" });
    });
    this.commands.on("error", (error: Error) => this.noteError(error));
    // Errors of the second connection appear on the first one as well.
    this.listening.on("error", () => undefined);
    this.listening.on("ready", () => {
      for (const channel of this.listeners.keys()) this.subscribe(channel);
    });
    this.listening.on("message", (channel: string, message: string) => {
      for (const listener of this.listeners.get(channel) ?? []) {
        listener(message);
      }
    });
    this.probeAgain();
  }

  /** For libraries with commands of their own; their keys take `keyPrefix`. */
  get client(): Redis {
    return this.commands;
  }

  get keyPrefix(): string {
    return this.prefix;
  }

  /** Null while it can be used. */
  get problem(): RedisProblem | null {
    if (this.trouble !== null || this.commands.status === "ready") {
      return this.trouble;
    }
    return { kind: "away", word: "closed" };
  }

  get isAway(): boolean {
    return this.trouble !== null || this.commands.status !== "ready";
  }

  /** Resolves once it is known whether it can be used, or after `ms`. */
  async opened(ms: number): Promise<void> {
    if (!this.isAway) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      const done = (): void => {
        clearTimeout(timer);
        this.verdicts.delete(done);
        resolve();
      };
      this.verdicts.add(done);
    });
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
    // What was sent before, such as a released lease, still goes out.
    await this.commands.quit().catch(() => undefined);
    this.commands.disconnect();
  }

  private subscribe(channel: string): void {
    // A connection that is made later subscribes to all channels.
    if (this.listening.status !== "ready") return;
    this.listening.subscribe(channel).catch(() => undefined);
  }

  private async ask<T>(send: () => Promise<T>): Promise<T> {
    if (this.isAway) throw new SharedStateUnavailable();
    try {
      return await send();
    } catch (error) {
      const word = refusalOf(error);
      // Any other reply is about this one key, such as a value of another type.
      if (word !== null && isGeneralRefusal(word)) {
        this.note({ kind: "refused", word });
      } else if (isTimeout(error)) {
        this.note({ kind: "away", word: "no-answer" });
      }
      throw new SharedStateUnavailable();
    }
  }

  /** Probes also while there are no requests. */
  private probeAgain(): void {
    const pause = this.trouble === null ? BEAT_MS : TROUBLE_BEAT_MS;
    this.beat = setTimeout(() => {
      void this.probe().finally(() => {
        if (!this.isClosed) this.probeAgain();
      });
    }, pause).unref();
  }

  private async probe(): Promise<void> {
    if (this.isProbing || this.commands.status !== "ready") return;
    this.isProbing = true;
    try {
      await probe(this.commands, this.listening, this.prefix);
      this.note(null);
    } catch (error) {
      this.noteError(error);
    } finally {
      this.isProbing = false;
    }
  }

  private noteError(error: unknown): void {
    const word = refusalOf(error);
    if (word !== null) {
      this.note({ kind: "refused", word });
      if (word === "READONLY") this.reconnect();
    } else if (isTimeout(error)) {
      this.note({ kind: "away", word: "no-answer" });
    } else if (this.commands.status !== "ready") {
      this.note({ kind: "away", word: codeOf(error) });
    }
  }

  /** A server that became a replica takes no writes: the address may lead to another by now. */
  private reconnect(): void {
    const now = performance.now();
    if (now - this.reconnectedAtMs < BEAT_MS || this.isClosed) return;
    this.reconnectedAtMs = now;
    this.commands.disconnect(true);
    this.listening.disconnect(true);
  }

  /** One line when it can no longer be used, and one when it can again. */
  private note(problem: RedisProblem | null): void {
    if (this.isClosed) return;
    this.trouble = problem;
    for (const done of this.verdicts) done();
    const kind = problem?.kind ?? null;
    if (kind === this.logged) return;
    this.logged = kind;
    if (problem === null) this.logger.log("info", "shared state is there");
    else {
      const { word: outcome } = problem;
      this.logger.log("warn", MESSAGES[problem.kind], { outcome });
    }
  }
}

function connect(url: string): Redis {
  return new Redis(url, {
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: DEAD_AFTER_MS,
    connectTimeout: 2_000,
    keepAlive: 10_000,
    enableOfflineQueue: false,
    // The probe takes its place, and needs no right to INFO.
    enableReadyCheck: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) =>
      Math.min(RECONNECT_CAP_MS, 50 * 2 ** Math.min(times, 8)) *
      (0.5 + Math.random() / 2),
  });
}
