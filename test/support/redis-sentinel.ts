import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { freePort, pings, RedisServer } from "./redis-server.js";
import { until } from "./until.js";

/** A primary and its replica, watched by a real Sentinel. */
export class RedisSentinel {
  static readonly PRIMARY = "main";

  private constructor(
    readonly port: number,
    private readonly sentinel: ChildProcess,
    private readonly folder: string,
    readonly servers: readonly [RedisServer, RedisServer],
  ) {}

  static async start(): Promise<RedisSentinel> {
    const primary = await RedisServer.start();
    const replica = await RedisServer.start(
      ...["--replicaof", "127.0.0.1", String(primary.port)],
      ...["--repl-diskless-sync-delay", "0"],
    );
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), "sentinel-"));
    const file = join(folder, "sentinel.conf");
    const { PRIMARY } = RedisSentinel;
    writeFileSync(
      file,
      [
        `port ${port}`,
        "bind 127.0.0.1",
        `dir ${folder}`,
        `sentinel monitor ${PRIMARY} 127.0.0.1 ${primary.port} 1`,
        `sentinel down-after-milliseconds ${PRIMARY} 1000`,
        `sentinel failover-timeout ${PRIMARY} 5000`,
        "",
      ].join("\n"),
    );
    const sentinel = spawn("redis-server", [file, "--sentinel"], {
      stdio: "ignore",
    });
    const all = new RedisSentinel(port, sentinel, folder, [primary, replica]);
    await until("the Sentinel answers", () => pings(port));
    await until("the Sentinel knows the replica", async () => {
      const [found] = (await all.ask("REPLICAS", PRIMARY)) as string[][];
      return found?.includes("ok") === true;
    });
    return all;
  }

  /** URL of `REDIS_URL`; nothing listens at the first address. */
  get url(): string {
    return `redis+sentinel://127.0.0.1:1,127.0.0.1:${this.port}/${RedisSentinel.PRIMARY}`;
  }

  /** Port of the current primary, as the Sentinel states it. */
  async primaryPort(): Promise<number> {
    const reply = await this.ask(
      "GET-MASTER-ADDR-BY-NAME",
      RedisSentinel.PRIMARY,
    );
    return Number((reply as string[])[1]);
  }

  /** The server that is the primary at present. */
  async primary(): Promise<RedisServer> {
    const port = await this.primaryPort();
    const found = this.servers.find((one) => one.port === port);
    if (found === undefined) throw new Error("unknown primary");
    return found;
  }

  async stop(): Promise<void> {
    const exited = once(this.sentinel, "exit");
    this.sentinel.kill("SIGKILL");
    await exited;
    await Promise.all(this.servers.map((server) => server.kill()));
    rmSync(this.folder, { recursive: true });
  }

  private async ask(...args: string[]): Promise<unknown> {
    const client = new Redis(this.port, { lazyConnect: true });
    try {
      return await client.call("SENTINEL", ...args);
    } finally {
      client.disconnect();
    }
  }
}
