import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import { Nginx } from "../support/nginx.js";
import { OtlpCollector } from "../support/otlp-collector.js";
import { RedisServer } from "../support/redis-server.js";
import { LoadClient, type RequestSpec } from "../soak/load.js";
import {
  bearer,
  keysFor,
  newFolder,
  TestIssuer,
} from "../support/signed-in.js";
import { deliveredSettings } from "./manifests.js";
import { Prometheus } from "./prometheus.js";
import { Relay } from "../support/relay.js";
import { Replica } from "./replica.js";
import { shortenedRules } from "./rules.js";
import { SmallDisk } from "./small-disk.js";
import { Users } from "./users.js";

/** The contact named `tom` of the sample seed. */
export const TOM = "c-qL4HqKONzOM7aB3d";

/** The bundle that the image contains. */
const ENTRY = resolve("dist/bundle/main.js");

/** Bytes of the disk for audit files. */
const DISK_BYTES = 4 * 1024 * 1024;

/** Everything that runs in the drill. */
export class Scene {
  /** Ends everything that runs, last started first. */
  private readonly ends: (() => unknown)[] = [];
  private environment: Readonly<Record<string, string>> = {};
  /** The two replicas, and further pods. */
  readonly pods: Replica[] = [];
  readonly keys = keysFor({
    user: { scopes: ["contacts:read", "contacts:write", "contacts:delete"] },
  });
  readonly files = newFolder();
  readonly keyFile = this.files.write("keys.json", this.keys.file);
  emulator!: RunningEmulator;
  /** Address of the vendor. */
  vendor!: Relay;
  /** The server that the address of Redis leads to, and its replica. */
  redis!: RedisServer;
  standby!: RedisServer;
  redisAddress!: Relay;
  issuer!: TestIssuer;
  /** Address of its keys. */
  issuerAddress!: Relay;
  collector!: OtlpCollector;
  /** Address of the trace collector. */
  collectorAddress!: Relay;
  disk!: SmallDisk | null;
  prometheus!: Prometheus;
  users!: Users;

  private constructor() {}

  static async start(): Promise<Scene> {
    const scene = new Scene();
    try {
      await scene.start();
      return scene;
    } catch (error) {
      await scene.stop();
      throw error;
    }
  }

  get a(): Replica {
    return this.replica(0);
  }

  get b(): Replica {
    return this.replica(1);
  }

  /** Starts one more pod, which gets no requests of the users, and scrapes it. */
  async extra(
    name: string,
    changes: Readonly<Record<string, string>>,
  ): Promise<Replica> {
    const pod = await Replica.start(name, ENTRY, {
      ...this.environment,
      ...changes,
    });
    this.ends.push(() => pod.kill());
    this.pods.push(pod);
    await this.prometheus.add(name, pod.opsAddress);
    return pod;
  }

  /** Deletes a pod. */
  async removeExtra(pod: Replica): Promise<void> {
    await this.prometheus.remove(pod.name);
    await pod.kill();
  }

  /** Sends one read to a pod, past the proxy, and resolves with the status. */
  async ask(pod: Replica): Promise<number> {
    const headers = bearer(this.keys.keys.user);
    const response = await fetch(`${pod.url}/v1/message-contacts/${TOM}`, {
      headers,
    });
    await response.arrayBuffer();
    return response.status;
  }

  /**
   * Sends requests of `clients` clients to a pod, past the proxy, until the result is
   * called. They are not counted as requests of users.
   */
  flood(
    pod: Replica,
    clients: number,
    next: () => RequestSpec,
  ): () => Promise<void> {
    const client = new LoadClient(pod.url, clients);
    let isDone = false;
    const all = Array.from({ length: clients }, async () => {
      while (!isDone) {
        const spec = next();
        await client.send({
          ...spec,
          headers: { ...spec.headers, ...bearer(this.keys.keys.user) },
        });
      }
    });
    return async () => {
      isDone = true;
      await Promise.all(all);
      await client.close();
    };
  }

  async stop(): Promise<void> {
    for (const end of this.ends.splice(0).reverse()) await end();
  }

  private replica(index: number): Replica {
    const replica = this.pods[index];
    if (replica === undefined) throw new Error("the replica is not started");
    return replica;
  }

  private async start(): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), "gateway-drill-"));
    this.ends.push(() => rmSync(folder, { recursive: true, force: true }));
    this.ends.push(() => this.files.remove());
    await this.startDependencies(folder);
    this.environment = this.settings();
    for (const letter of ["a", "b"]) {
      const name = `message-contacts-gateway-${letter}`;
      const audit = this.disk?.pathOf(`${letter}.log`) ?? "none";
      const replica = await Replica.start(name, ENTRY, {
        ...this.environment,
        AUDIT_LOG: audit,
      });
      this.ends.push(() => replica.kill());
      this.pods.push(replica);
    }
    const nginx = await Nginx.start(
      "location / { proxy_pass http://gateways; proxy_set_header X-Forwarded-For $remote_addr; }",
      `upstream gateways { ${this.pods.map(({ port }) => `server 127.0.0.1:${port};`).join(" ")} }`,
    );
    this.ends.push(() => nginx.stop());
    await this.startPrometheus(folder);
    this.users = new Users(nginx.url, this.keys.keys.user, TOM, this.emulator);
    this.users.start();
  }

  private async startDependencies(folder: string): Promise<void> {
    this.emulator = await startEmulator({
      settings: { contactsPerDirectory: 100_000 },
    });
    this.ends.push(() => this.emulator.stop());
    this.redis = await RedisServer.start();
    this.ends.push(() => this.redis.kill());
    this.standby = await RedisServer.start();
    this.ends.push(() => this.standby.kill());
    this.issuer = await TestIssuer.start();
    this.ends.push(() => this.issuer.stop());
    this.collector = await OtlpCollector.listen();
    this.ends.push(() => this.collector.close());
    const relay = async (port: number): Promise<Relay> => {
      const started = await Relay.start(port);
      this.ends.push(() => started.refuse());
      return started;
    };
    this.vendor = await relay(this.emulator.port);
    this.redisAddress = await relay(this.redis.port);
    this.collectorAddress = await relay(portOf(this.collector.url));
    this.issuerAddress = await relay(portOf(this.issuer.jwksUrl));
    const disk = join(folder, "audit");
    mkdirSync(disk);
    this.disk = SmallDisk.mount(disk, DISK_BYTES);
    this.ends.push(() => this.disk?.unmount());
  }

  private settings(): Readonly<Record<string, string>> {
    return {
      ...deliveredSettings(),
      NODE_ENV: "production",
      UPSTREAM_ENDPOINT: `http://127.0.0.1:${this.vendor.port}`,
      REDIS_URL: `redis://127.0.0.1:${this.redisAddress.port}`,
      API_KEYS_FILE: this.keyFile,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${this.collectorAddress.port}`,
      ...this.issuer.environment,
      JWT_JWKS_URL: `http://127.0.0.1:${this.issuerAddress.port}/jwks`,
      TRUSTED_PROXIES: "loopback",
      // The default of the gateway; the default of its tests differs.
      READ_CACHE_MS: "1000",
      // Otherwise the rate of vendor calls is used up before any other limit is reached.
      UPSTREAM_CALLS_PER_SECOND: "0",
      // All users of the drill have one key and one address.
      RATE_LIMIT_PER_MINUTE: "0",
      RATE_LIMIT_PER_ADDRESS_PER_MINUTE: "0",
    };
  }

  private async startPrometheus(folder: string): Promise<void> {
    const rules = readFileSync("deploy/prometheus/alerts.yaml", "utf8");
    this.prometheus = await Prometheus.start(folder, shortenedRules(rules));
    this.ends.push(() => this.prometheus.stop());
    await Promise.all(
      this.pods.map(({ name, opsAddress }) =>
        this.prometheus.add(name, opsAddress),
      ),
    );
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
