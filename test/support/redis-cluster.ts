import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cluster } from "ioredis";
import { securedArgs, type RedisSecurity } from "./redis-security.js";
import { freePort, RedisServer } from "./redis-server.js";
import { until } from "./until.js";

const PRIMARIES = 3;

/** How a cluster is set up. */
export interface ClusterOptions {
  /** Whether each primary has a replica; default false. */
  readonly hasReplicas?: boolean;
  /** TLS, and a user whom the URL names; default: neither. */
  readonly security?: RedisSecurity;
}

/** A Redis Cluster of three primaries. */
export class RedisCluster {
  private readonly folder = mkdtempSync(join(tmpdir(), "cluster-"));
  readonly servers: RedisServer[] = [];
  /** Ports with TLS, in the order of the servers; empty without TLS. */
  private readonly tlsPorts: number[] = [];

  private constructor(private readonly options: ClusterOptions) {}

  static async start(options: ClusterOptions = {}): Promise<RedisCluster> {
    const cluster = new RedisCluster(options);
    try {
      await cluster.create();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** Value of `REDIS_URL`, with two of the nodes. */
  get url(): string {
    const { security } = this.options;
    const scheme = security === undefined ? "redis" : "rediss";
    const user = security === undefined ? "" : `${security.credentials}@`;
    const hosts = this.addresses(security?.host).slice(0, 2);
    return `${scheme}+cluster://${user}${hosts.join(",")}`;
  }

  /** A client for a test, without TLS. */
  client(): Cluster {
    return new Cluster(
      this.servers.map(({ port }) => ({ host: "127.0.0.1", port })),
    );
  }

  /** The primary that owns the slot of a key, as the cluster states it. */
  async primaryOf(client: Cluster, key: string): Promise<RedisServer> {
    const slot = await client.cluster("KEYSLOT", key);
    const ranges = await client.cluster("SLOTS");
    const range = ranges.find(([from, to]) => from <= slot && slot <= to);
    const port = range?.[2]?.[1];
    const found = this.servers.find((server) => server.port === port);
    if (found === undefined) throw new Error("unknown primary");
    return found;
  }

  /** Resolves when every node is in use, and replicas are in sync. */
  async serves(): Promise<void> {
    const client = this.client();
    try {
      await until("every node serves its slots", () =>
        isServing(client, this.options.hasReplicas ?? false),
      );
    } finally {
      client.disconnect();
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.kill()));
    rmSync(this.folder, { recursive: true });
  }

  private addresses(host = "127.0.0.1"): string[] {
    const ports =
      this.options.security === undefined
        ? this.servers.map(({ port }) => port)
        : this.tlsPorts;
    return ports.map((port) => `${host}:${port}`);
  }

  private async create(): Promise<void> {
    const { hasReplicas = false, security } = this.options;
    const count = hasReplicas ? 2 * PRIMARIES : PRIMARIES;
    for (let n = 0; n < count; n += 1) {
      const args = [
        ...["--cluster-enabled", "yes", "--dir", this.folder],
        ...["--cluster-config-file", `nodes-${n}.conf`],
        ...["--cluster-port", String(await freePort())],
        // A failover takes about twice as long.
        ...["--cluster-node-timeout", "1500"],
        ...["--repl-diskless-sync-delay", "0"],
      ];
      if (security !== undefined) {
        const tlsPort = await freePort();
        this.tlsPorts.push(tlsPort);
        args.push(
          ...securedArgs(security, tlsPort),
          ...["--tls-cluster", "yes"],
          ...["--cluster-announce-hostname", security.host],
          ...["--cluster-preferred-endpoint-type", "hostname"],
        );
      }
      this.servers.push(await RedisServer.start(...args));
    }
    const { status, stdout } = spawnSync(
      "redis-cli",
      [
        ...(security?.cliArgs ?? []),
        ...["--cluster", "create", ...this.addresses(), "--cluster-yes"],
        ...["--cluster-replicas", hasReplicas ? "1" : "0"],
      ],
      { encoding: "utf8" },
    );
    if (status !== 0) throw new Error(`The cluster was not made: ${stdout}`);
    await this.serves();
  }
}

/** Whether all nodes agree that the cluster is up, and replicas are in sync. */
async function isServing(
  client: Cluster,
  hasReplicas: boolean,
): Promise<boolean> {
  const answers = await Promise.allSettled(
    client.nodes("master").map(async (node) => {
      const [cluster, replication] = [
        await node.cluster("INFO"),
        await node.info("replication"),
      ];
      return (
        cluster.includes("cluster_state:ok") &&
        (!hasReplicas || replication.includes("state=online"))
      );
    }),
  );
  return (
    answers.length === PRIMARIES &&
    // The client replaces connections while it learns about the nodes.
    answers.every((answer) => answer.status === "fulfilled" && answer.value)
  );
}
