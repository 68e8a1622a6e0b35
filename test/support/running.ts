import "reflect-metadata";
import { withChanges } from "../../src/config/config.js";
import { readConfig } from "../../src/config/read-config.js";
import {
  startEmulator,
  type EmulatorOptions,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import { startGateway, type ProbedGateway } from "../../src/gateway.js";

/** An emulator and a gateway in front of it, on free ports. */
export interface Running {
  readonly emulator: RunningEmulator;
  readonly gateway: ProbedGateway;
  stop(): Promise<void>;
}

type Environment = Readonly<Record<string, string>>;

/** Environment of a gateway in front of this endpoint, on free ports and silent. */
export function environmentFor(endpoint: string): Environment {
  return {
    PORT: "0",
    OPS_PORT: "0",
    LOG_LEVEL: "silent",
    // Several gateways share the event loop of a test, so its delay must not count.
    MAX_EVENT_LOOP_DELAY_MS: "0",
    UPSTREAM_ENDPOINT: endpoint,
    // Most tests count calls, or change the vendor's state behind the gateway.
    READ_CACHE_MS: "0",
    UPSTREAM_CALLS_PER_SECOND: "0",
    ALIBABA_CLOUD_ACCESS_KEY_ID: "testid",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
  };
}

/** Starts both. `environment` adds to the gateway's environment or changes it. */
export async function startBoth(
  options: EmulatorOptions = {},
  environment: Environment = {},
): Promise<Running> {
  const emulator = await startEmulator(options);
  const gateway = await startGateway(
    withChanges(
      readConfig({ ...environmentFor(emulator.url), ...environment }),
      {
        embeddedEmulator: emulator.url,
      },
    ),
  ).catch(async (error: unknown) => {
    // A running emulator would keep the test process alive.
    await emulator.stop();
    throw error;
  });
  emulator.control.linkGateway(gateway.url);
  return {
    emulator,
    gateway,
    stop: async () => {
      await gateway.close();
      await emulator.stop();
    },
  };
}
