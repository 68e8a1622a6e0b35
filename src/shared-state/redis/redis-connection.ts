import { Cluster } from "ioredis";
import type { RedisAccess } from "../../config/redis/redis-access.js";
import type { LogEvent } from "../../logging/events.js";
import type { Logger } from "../../logging/logger.js";
import { connect, type RedisClient } from "./redis-client.js";
import {
  connectionErrorCode,
  isGeneralRefusal,
  isTimeout,
  probe,
  errorWordOf,
} from "./redis-probe.js";
import { RedisSubscriber } from "./redis-subscriber.js";
import { ReplicatedScripts } from "./replicated-scripts.js";
import {
  SharedStateUnavailable,
  type ScriptArgument,
  type SharedStore,
} from "../shared-store.js";

/** Pause between two probes; the second one applies while Redis cannot be used. */
const PROBE_INTERVAL_MS = 1_000;
const UNAVAILABLE_PROBE_INTERVAL_MS = 250;

/**
 * Publishes a message at the node that owns the slot of the key, where all replicas of the
 * gateway subscribe. A plain PUBLISH goes to any node, so messages could overtake others.
 */
const PUBLISH = "return redis.call('PUBLISH', ARGV[1], ARGV[2])";

/** Why Redis cannot be used. */
export interface RedisProblem {
  /** `away`: unreachable or not responding. `refused`: it rejects required commands. */
  readonly kind: "away" | "refused";
  /** Error prefix of Redis, such as `NOPERM`, or a system error code; safe to log. */
  readonly reason: string;
}

const MESSAGES = {
  away: "shared state is unreachable",
  refused: "shared state rejects commands",
} as const;

const EVENT_OF = {
  away: "shared-state-lost",
  refused: "shared-state-refused",
} as const satisfies Readonly<Record<RedisProblem["kind"], LogEvent>>;

/**
 * Connection to Redis or Valkey with a health check: to a server, to the primary that
 * Sentinel names, or to a cluster. A probe runs every command
 * that is needed, after each connect and once a second, because a server that
 * answers PING may reject all other commands.
 *
 * Commands are rejected at once while Redis cannot be used; they never queue. One
 * timeout marks it as unreachable until a probe succeeds, so that a slow Redis
 * delays one request and not every request. The URL is never logged, because it
 * may contain a password.
 */
export class RedisConnection implements SharedStore {
  readonly isCluster: boolean;
  private readonly commands: RedisClient;
  private readonly subscriber: RedisSubscriber;
  private readonly replicated: ReplicatedScripts;
  /** Selects the node of a cluster at which messages are published. */
  private readonly publishKey: string;
  private currentProblem: RedisProblem | null = {
    kind: "away",
    reason: "connecting",
  };
  private loggedKind: RedisProblem["kind"] | null = null;
  private isClosed = false;
  private isProbing = false;
  private reconnectedAtMs = Number.NEGATIVE_INFINITY;
  private probeTimer: NodeJS.Timeout | undefined;
  private readonly troubleListeners: (() => void)[] = [];
  private readonly probeWaiters = new Set<() => void>();

  constructor(
    access: RedisAccess,
    private readonly prefix: string,
    private readonly logger: Logger,
  ) {
    this.commands = connect(access);
    this.isCluster = this.commands instanceof Cluster;
    this.publishKey = `${prefix}publish:{reads}`;
    this.subscriber = new RedisSubscriber(
      access,
      this.commands,
      this.publishKey,
    );
    this.replicated = new ReplicatedScripts(access, this.commands, logger);
    this.commands.on("ready", () => void this.probe());
    this.commands.on("close", () => {
      // After a rejection, `reconnect` closes the connection on purpose.
      if (this.currentProblem === null)
        this.setProblem({ kind: "away", reason: "closed" });
    });
    this.commands.on("error", (error: Error) => this.setProblemFrom(error));
    this.scheduleProbe();
  }

  /** For libraries that send their own commands; they must use `keyPrefix`. */
  get client(): RedisClient {
    return this.commands;
  }

  get keyPrefix(): string {
    return this.prefix;
  }

  /** Null while Redis can be used. */
  get problem(): RedisProblem | null {
    if (this.currentProblem !== null || this.commands.status === "ready") {
      return this.currentProblem;
    }
    return { kind: "away", reason: "closed" };
  }

  get isUnavailable(): boolean {
    return this.currentProblem !== null || this.commands.status !== "ready";
  }

  /** Resolves after the first probe has succeeded or failed, or after `ms`. */
  async waitForProbe(ms: number): Promise<void> {
    if (!this.isUnavailable) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      const done = (): void => {
        clearTimeout(timer);
        this.probeWaiters.delete(done);
        resolve();
      };
      this.probeWaiters.add(done);
    });
  }

  get(key: string): Promise<string | null> {
    return this.send(() => this.commands.get(this.prefix + key));
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    await this.send(() =>
      this.commands.set(this.prefix + key, value, "PX", ttlMs),
    );
  }

  async remove(key: string): Promise<void> {
    await this.send(() => this.commands.del(this.prefix + key));
  }

  run(
    script: string,
    keys: readonly string[],
    args: readonly ScriptArgument[],
  ): Promise<unknown> {
    const names = keys.map((key) => this.prefix + key);
    return this.send(() =>
      this.commands.eval(script, names.length, ...names, ...args),
    );
  }

  runReplicated(
    script: string,
    keys: readonly string[],
    args: readonly ScriptArgument[],
  ): Promise<unknown> {
    const names = keys.map((key) => this.prefix + key);
    return this.send(() => this.replicated.run(script, names, args));
  }

  publish(channel: string, message: string): void {
    void this.deliver(channel, message);
  }

  /** Publishes a message. Resolves with false if it cannot be published. */
  deliver(channel: string, message: string): Promise<boolean> {
    const name = this.prefix + channel;
    return this.send(() =>
      this.isCluster
        ? this.commands.eval(PUBLISH, 1, this.publishKey, name, message)
        : this.commands.publish(name, message),
    ).then(
      () => true,
      () => false,
    );
  }

  /** Calls `listener` when messages may be lost, and when Redis cannot be used. */
  onTrouble(listener: () => void): void {
    this.subscriber.onClose(listener);
    this.troubleListeners.push(listener);
  }

  subscribe(channel: string, listener: (message: string) => void): () => void {
    return this.subscriber.subscribe(this.prefix + channel, listener);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.probeTimer);
    this.subscriber.close();
    this.replicated.close();
    // QUIT lets earlier commands finish, such as the release of a lease.
    await this.commands.quit().catch(() => undefined);
    this.commands.disconnect();
  }

  private async send<T>(send: () => Promise<T>): Promise<T> {
    if (this.isUnavailable) throw new SharedStateUnavailable();
    try {
      return await send();
    } catch (error) {
      const reason = errorWordOf(error);
      // Other errors concern this key only, such as WRONGTYPE.
      if (reason !== null && isGeneralRefusal(reason)) {
        this.setProblem({ kind: "refused", reason });
      } else if (isTimeout(error)) {
        this.setProblem({ kind: "away", reason: "no-answer" });
      }
      throw new SharedStateUnavailable();
    }
  }

  /** Probes at an interval, even when there are no requests. */
  private scheduleProbe(): void {
    const pause =
      this.currentProblem === null
        ? PROBE_INTERVAL_MS
        : UNAVAILABLE_PROBE_INTERVAL_MS;
    this.probeTimer = setTimeout(() => {
      void this.probe().finally(() => {
        if (!this.isClosed) this.scheduleProbe();
      });
    }, pause).unref();
  }

  private async probe(): Promise<void> {
    if (this.isProbing || this.commands.status !== "ready") return;
    this.isProbing = true;
    try {
      this.subscriber.refresh();
      await probe(this.commands, this.subscriber.ready, this.prefix);
      this.setProblem(null);
    } catch (error) {
      this.setProblemFrom(error);
    } finally {
      this.isProbing = false;
    }
  }

  private setProblemFrom(error: unknown): void {
    const reason = errorWordOf(error);
    if (reason !== null) {
      this.setProblem({ kind: "refused", reason });
      if (reason === "READONLY") this.reconnect();
    } else if (isTimeout(error)) {
      this.setProblem({ kind: "away", reason: "no-answer" });
    } else if (this.commands.status !== "ready") {
      this.setProblem({ kind: "away", reason: connectionErrorCode(error) });
    }
  }

  /**
   * Reconnects after READONLY: after a failover, the same address may lead to the
   * new primary.
   */
  private reconnect(): void {
    const now = performance.now();
    if (now - this.reconnectedAtMs < PROBE_INTERVAL_MS || this.isClosed) return;
    this.reconnectedAtMs = now;
    this.commands.disconnect(true);
    this.subscriber.reconnect();
    this.replicated.reconnect();
  }

  /** Logs one line when Redis becomes unusable, and one when it recovers. */
  private setProblem(problem: RedisProblem | null): void {
    if (this.isClosed) return;
    this.currentProblem = problem;
    for (const done of this.probeWaiters) done();
    if (problem !== null) for (const tell of this.troubleListeners) tell();
    const kind = problem?.kind ?? null;
    if (kind === this.loggedKind) return;
    this.loggedKind = kind;
    if (problem === null) {
      this.logger.log("info", "shared state is available", {
        event: "shared-state-back",
      });
    } else {
      const { reason: outcome } = problem;
      this.logger.log("warn", MESSAGES[problem.kind], {
        event: EVENT_OF[problem.kind],
        outcome,
      });
    }
  }
}
