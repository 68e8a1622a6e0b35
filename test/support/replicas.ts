import {
  startEmulator,
  type EmulatorOptions,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import { GatewayProcess } from "./gateway-process.js";
import { RedisServer } from "./redis-server.js";

/** Two gateway processes, one Redis and one vendor. */
export class Replicas {
  private constructor(
    private readonly entry: string,
    readonly emulator: RunningEmulator,
    readonly redis: RedisServer,
    readonly all: [GatewayProcess, GatewayProcess],
    private readonly environment: Readonly<Record<string, string>>,
  ) {}

  static async start(
    entry: string,
    options: EmulatorOptions = {},
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Replicas> {
    const emulator = await startEmulator({
      ...options,
      settings: {
        contactsPerDirectory: 100_000,
        verificationEmailsPerDay: 100_000,
        ...options.settings,
      },
    });
    const redis = await RedisServer.start();
    const whole = {
      UPSTREAM_ENDPOINT: emulator.url,
      REDIS_URL: redis.url,
      DRAIN_SECONDS: "0",
      ...environment,
    };
    const all = await Promise.all([
      GatewayProcess.start(entry, whole),
      GatewayProcess.start(entry, whole),
    ]);
    return new Replicas(entry, emulator, redis, all, whole);
  }

  get a(): GatewayProcess {
    return this.all[0];
  }

  get b(): GatewayProcess {
    return this.all[1];
  }

  /** Replaces a process that has ended by a new one. */
  async replace(index: 0 | 1): Promise<void> {
    this.all[index] = await GatewayProcess.start(this.entry, this.environment);
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((gateway) => gateway.kill()));
    await this.redis.kill();
    await this.emulator.stop();
  }
}
