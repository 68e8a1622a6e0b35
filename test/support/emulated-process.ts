import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import { GatewayProcess } from "./gateway-process.js";

type Environment = Readonly<Record<string, string>>;

/** A gateway process in front of an emulator of this process. */
export class EmulatedProcess {
  private constructor(
    private readonly entry: string,
    readonly emulator: RunningEmulator,
    private readonly environment: Environment,
    readonly gateway: GatewayProcess,
  ) {}

  /**
   * Starts both. The gateway does not wait for load balancers when it stops, unless
   * `environment` says so.
   *
   * @param entry result of `buildGateway`
   * @param stdout descriptor of the gateway's standard output in place of a pipe
   */
  static async start(
    entry: string,
    environment: Environment,
    stdout?: number,
  ): Promise<EmulatedProcess> {
    const emulator = await startEmulator();
    const whole = {
      UPSTREAM_ENDPOINT: emulator.url,
      DRAIN_SECONDS: "0",
      ...environment,
    };
    try {
      const gateway = await GatewayProcess.start(entry, whole, stdout);
      return new EmulatedProcess(entry, emulator, whole, gateway);
    } catch (error) {
      // A running emulator would keep the test process alive.
      await emulator.stop();
      throw error;
    }
  }

  /** Starts another gateway on the same emulator, with changes to the environment. */
  another(changes: Environment): Promise<GatewayProcess> {
    return GatewayProcess.start(this.entry, {
      ...this.environment,
      ...changes,
    });
  }

  async stop(): Promise<void> {
    if (!this.gateway.hasEnded) await this.gateway.kill();
    await this.emulator.stop();
  }
}
