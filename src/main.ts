import { ConfigError, readConfig, type Config } from "./config/config.js";
import type { RunningEmulator } from "./emulator/emulator.server.js";
import { startGateway, type Gateway } from "./gateway.js";
import { Logger } from "./logging/logger.js";

/** Longest wait for requests that run when the process is told to stop. */
const GRACE_MS = 15_000;

/**
 * The process: configuration, the emulator where no vendor is named, listen,
 * and on SIGTERM or SIGINT an orderly end.
 */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const emulator =
    config.UPSTREAM_ENDPOINT === undefined ? await embedEmulator() : null;
  const target = emulator === null ? config : pointedAt(emulator.url, config);
  const logger = new Logger(config);
  const gateway = await startGateway(target, logger);
  announce(gateway, emulator);
  const stop = (): void => {
    const timer = setTimeout(() => process.exit(1), GRACE_MS);
    timer.unref();
    void gateway
      .close()
      .then(() => emulator?.stop())
      .then(() => process.exit(0));
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

async function embedEmulator(): Promise<RunningEmulator> {
  // Loaded only when it is used: production never runs this code.
  const { startEmulator } = await import("./emulator/emulator.server.js");
  return startEmulator({ seed: "sample" });
}

/** The same configuration with the emulator as the vendor. */
function pointedAt(url: string, config: Config): Config {
  return Object.freeze({
    ...config,
    UPSTREAM_ENDPOINT: url,
    UPSTREAM_CREDENTIALS: "keys",
    ALIBABA_CLOUD_ACCESS_KEY_ID: "testid",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
  });
}

function announce(
  { url, opsUrl }: Gateway,
  emulator: RunningEmulator | null,
): void {
  const lines = [
    "",
    `  GraphQL     ${url}/graphql`,
    `  Playground  ${url}/playground`,
    `  REST        ${url}/v1/message-contacts   described at ${url}/docs`,
    `  Probes      ${opsUrl}/livez  ${opsUrl}/readyz`,
    ...(emulator === null
      ? []
      : [
          `  Emulator    ${emulator.url}/_emulator   (no cloud account is used)`,
        ]),
    "",
    "",
  ];
  // For people; the log on standard output stays one JSON object a line.
  process.stderr.write(lines.join("\n"));
}

main().catch((error: unknown) => {
  const message =
    error instanceof ConfigError
      ? error.message
      : error instanceof Error
        ? `The gateway cannot start: ${error.message}`
        : "The gateway cannot start.";
  process.stderr.write(`${message}\n`);
  process.exit(1);
});
