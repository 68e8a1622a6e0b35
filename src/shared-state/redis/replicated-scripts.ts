import { once } from "node:events";
import type { RedisAccess } from "../../config/redis/redis-access.js";
import type { Logger } from "../../logging/logger.js";
import { connect, type RedisClient } from "./redis-client.js";
import { isTimeout } from "./redis-probe.js";
import {
  SharedStateUnavailable,
  type ScriptArgument,
} from "../shared-store.js";

/**
 * Maximum wait for the replicas of Redis. Redis may reply up to 100 ms later, because it
 * checks timeouts ten times a second; that must be less than the command timeout.
 */
export const REPLICATION_WAIT_MS = 200;

/**
 * Maximum wait for the connection. At start and after a failover it may be established a
 * little later than the one that the probe uses.
 */
const CONNECTION_WAIT_MS = 100;

/**
 * Runs scripts whose results must outlive a failover. WAIT blocks its connection until the
 * replicas have confirmed, so these scripts have a connection of their own.
 */
export class ReplicatedScripts {
  private readonly client: RedisClient | null;
  private isLacking = false;

  constructor(
    private readonly access: RedisAccess,
    private readonly commands: RedisClient,
    private readonly logger: Logger,
  ) {
    this.client = access.waitReplicas === 0 ? null : connect(access);
    // The command connection reports the same errors.
    this.client?.on("error", () => undefined);
  }

  /**
   * @param keys complete names, all in one slot
   * @throws {SharedStateUnavailable} if too few replicas confirmed it in time
   */
  async run(
    script: string,
    keys: readonly string[],
    args: readonly ScriptArgument[],
  ): Promise<unknown> {
    const { client } = this;
    if (client === null) {
      return this.commands.eval(script, keys.length, ...keys, ...args);
    }
    await established(client);
    const { waitReplicas } = this.access;
    // One pipeline goes to one node, so WAIT refers to the script.
    const replies = await client
      .pipeline()
      .eval(script, keys.length, ...keys, ...args)
      .wait(waitReplicas, REPLICATION_WAIT_MS)
      .exec();
    const [[error, result] = [null], [waitError, confirmed] = [null]] =
      replies ?? [];
    if (error) throw error;
    // Without a reply in time, replicas are missing; Redis itself answered the script.
    if (waitError && !isTimeout(waitError)) throw waitError;
    const isLacking =
      waitError !== null || !(Number(confirmed) >= waitReplicas);
    this.report(isLacking);
    if (isLacking) throw new SharedStateUnavailable();
    return result;
  }

  reconnect(): void {
    this.client?.disconnect(true);
  }

  close(): void {
    this.client?.disconnect();
  }

  /** Logs one line when replicas are missing, and one when they are back. */
  private report(isLacking: boolean): void {
    if (isLacking === this.isLacking) return;
    this.isLacking = isLacking;
    if (isLacking) {
      this.logger.log("warn", "shared state is not replicated", {
        event: "shared-state-unreplicated",
        outcome: "NOREPLICAS",
      });
    } else {
      this.logger.log("info", "shared state is replicated again", {
        event: "shared-state-replicated",
      });
    }
  }
}

/** @throws {SharedStateUnavailable} if the connection is not established in time */
async function established(client: RedisClient): Promise<void> {
  if (client.status === "ready") return;
  try {
    const signal = AbortSignal.timeout(CONNECTION_WAIT_MS);
    await once(client, "ready", { signal });
  } catch {
    throw new SharedStateUnavailable();
  }
}
