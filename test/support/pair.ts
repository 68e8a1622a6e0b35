import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import { GatewayProcess } from "./gateway-process.js";

/** Two gateway processes, which may be of different versions, and one vendor. */
export interface Pair {
  readonly a: GatewayProcess;
  readonly b: GatewayProcess;
  readonly emulator: RunningEmulator;
  stop(): Promise<void>;
}

/**
 * Starts both on the Redis that the environment names.
 *
 * @param entries entries of the two programs
 */
export async function startPair(
  entries: readonly [string, string],
  environment: Readonly<Record<string, string>>,
): Promise<Pair> {
  const emulator = await startEmulator({
    settings: { verificationEmailsPerDay: 100_000, deletionDelayMs: 60_000 },
  });
  const gateways: GatewayProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(gateways.map((gateway) => gateway.kill()));
    await emulator.stop();
  };
  try {
    for (const entry of entries) {
      gateways.push(
        await GatewayProcess.start(entry, {
          UPSTREAM_ENDPOINT: emulator.url,
          DRAIN_SECONDS: "0",
          READ_CACHE_MS: "60000",
          READ_CACHE_MAX_MS: "60000",
          RATE_LIMIT_PER_MINUTE: "120",
          ...environment,
        }),
      );
    }
    const [a, b] = gateways;
    if (a === undefined || b === undefined) throw new Error("no gateway");
    return { a, b, emulator, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
