import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cluster } from "ioredis";
import { freePort, RedisServer } from "./redis-server.js";
import { until } from "./until.js";

/** A Redis Cluster of three primaries without replicas. */
export class RedisCluster {
  private constructor(
    private readonly folder: string,
    readonly servers: RedisServer[],
  ) {}

  static async start(): Promise<RedisCluster> {
    const cluster = new RedisCluster(
      mkdtempSync(join(tmpdir(), "cluster-")),
      [],
    );
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
    const nodes = this.servers.slice(0, 2);
    return `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(",")}`;
  }

  /** A client for a test. */
  client(): Cluster {
    return new Cluster([
      { host: "127.0.0.1", port: this.servers[0]?.port ?? 0 },
    ]);
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.kill()));
    rmSync(this.folder, { recursive: true });
  }

  private async create(): Promise<void> {
    for (let n = 0; n < 3; n += 1) {
      this.servers.push(
        await RedisServer.start(
          ...["--cluster-enabled", "yes", "--dir", this.folder],
          ...["--cluster-config-file", `nodes-${n}.conf`],
          ...["--cluster-port", String(await freePort())],
        ),
      );
    }
    const nodes = this.servers.map(({ port }) => `127.0.0.1:${port}`);
    const { status, stdout } = spawnSync(
      "redis-cli",
      ["--cluster", "create", ...nodes, "--cluster-yes"],
      { encoding: "utf8" },
    );
    if (status !== 0) throw new Error(`The cluster was not made: ${stdout}`);
    const client = this.client();
    try {
      await until("every node serves its slots", () => isServing(client));
    } finally {
      client.disconnect();
    }
  }
}

/** Whether all nodes agree that the cluster is up. */
async function isServing(client: Cluster): Promise<boolean> {
  const answers = await Promise.allSettled(
    client.nodes("master").map((node) => node.cluster("INFO")),
  );
  return (
    answers.length === 3 &&
    answers.every(
      // The client replaces connections while it learns about the nodes.
      (answer) =>
        answer.status === "fulfilled" &&
        answer.value.includes("cluster_state:ok"),
    )
  );
}
