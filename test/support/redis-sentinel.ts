import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import {
  securedArgs,
  tlsDirectives,
  type RedisSecurity,
} from "./redis-security.js";
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
    /** Value of `REDIS_URL`; nothing listens at the first address. */
    readonly url: string,
  ) {}

  /** @param security TLS, and users whom the URL names; default: neither */
  static async start(security?: RedisSecurity): Promise<RedisSentinel> {
    const { PRIMARY } = RedisSentinel;
    const host = security?.host ?? "127.0.0.1";
    const tlsPorts = [await freePort(), await freePort(), await freePort()];
    const argsOf = (n: 0 | 1): readonly string[] =>
      security === undefined
        ? []
        : [
            ...securedArgs(security, tlsPorts[n] ?? 0),
            ...["--replica-announce-ip", host],
          ];
    const primary = await RedisServer.start(...argsOf(0));
    const primaryPort = security === undefined ? primary.port : tlsPorts[0];
    const replica = await RedisServer.start(
      ...argsOf(1),
      ...["--replicaof", host, String(primaryPort)],
      ...["--repl-diskless-sync-delay", "0"],
    );
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), "sentinel-"));
    const file = join(folder, "sentinel.conf");
    const secured =
      security === undefined
        ? []
        : [
            ...tlsDirectives(security, tlsPorts[2] ?? 0).map((directive) =>
              directive.join(" "),
            ),
            "sentinel resolve-hostnames yes",
            "sentinel announce-hostnames yes",
            `user gateway ${security.sentinelRules}`,
          ];
    writeFileSync(
      file,
      [
        `port ${port}`,
        "bind 127.0.0.1",
        `dir ${folder}`,
        ...secured,
        `sentinel monitor ${PRIMARY} ${host} ${primaryPort} 1`,
        `sentinel down-after-milliseconds ${PRIMARY} 1000`,
        `sentinel failover-timeout ${PRIMARY} 5000`,
        "",
      ].join("\n"),
    );
    const sentinel = spawn("redis-server", [file, "--sentinel"], {
      stdio: "ignore",
    });
    const url =
      security === undefined
        ? `redis+sentinel://127.0.0.1:1,127.0.0.1:${port}/${PRIMARY}`
        : `rediss+sentinel://${security.credentials}@${host}:1,${host}:${tlsPorts[2]}/${PRIMARY}`;
    const servers = [primary, replica] as const;
    const all = new RedisSentinel(port, sentinel, folder, servers, url);
    await until("the Sentinel answers", () => pings(port));
    await until("the Sentinel knows the replica", async () => {
      const [found] = (await all.ask("REPLICAS", PRIMARY)) as string[][];
      return found?.includes("ok") === true;
    });
    return all;
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

  /** Makes the replica the primary, as an operator does. */
  async failOver(): Promise<void> {
    await this.ask("FAILOVER", RedisSentinel.PRIMARY);
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
