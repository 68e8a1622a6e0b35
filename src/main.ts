import {
  changed,
  ConfigError,
  readConfig,
  type Config,
} from "./config/config.js";
import type { RunningEmulator } from "./emulator/emulator.server.js";
import { startGateway, type Gateway } from "./gateway.js";
import { Logger } from "./logging/logger.js";

/** Longest time from the signal to the end, drain included: below 15 s. */
const GRACE_MS = 14_500;

/**
 * The process: configuration, the emulator where no vendor is named, listen,
 * and on SIGTERM or SIGINT an orderly end.
 */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const hasVendor =
    config.UPSTREAM_ENDPOINT !== undefined || config.directories.size > 0;
  const emulator = hasVendor ? null : await embedEmulator(config.EMULATOR_PORT);
  const target = emulator === null ? config : pointedAt(emulator.url, config);
  const logger = new Logger(config);
  const gateway = await startGateway(target, logger);
  announce(gateway, emulator);
  onSignal(async (signal) => {
    // A person at the keyboard has no balancer that must notice first.
    await gateway.close(
      signal === "SIGTERM" ? config.DRAIN_SECONDS * 1_000 : 0,
    );
    await emulator?.stop();
  });
}

/**
 * Ends the process in order: with 0 when `end` is done, with 1 when it takes
 * longer than the grace period. A second signal ends it at once.
 */
function onSignal(end: (signal: NodeJS.Signals) => Promise<void>): void {
  let isEnding = false;
  const take = (signal: NodeJS.Signals): void => {
    if (isEnding) process.exit(1);
    isEnding = true;
    setTimeout(() => process.exit(1), GRACE_MS).unref();
    end(signal).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on("SIGTERM", take);
  process.on("SIGINT", take);
}

/** At the usual port, or at a free one where another process has that. */
async function embedEmulator(port: number): Promise<RunningEmulator> {
  // Loaded only when it is used: production never runs this code.
  const { startEmulator } = await import("./emulator/emulator.server.js");
  return startEmulator({ port }).catch(() => startEmulator());
}

/** The same configuration with the emulator as the vendor. */
function pointedAt(url: string, config: Config): Config {
  return changed(config, {
    embeddedEmulator: url,
    UPSTREAM_ENDPOINT: url,
    UPSTREAM_CREDENTIALS: "keys",
    ALIBABA_CLOUD_ACCESS_KEY_ID: "testid",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
  });
}

function announce(
  { url, opsUrl, developmentKey }: Gateway,
  emulator: RunningEmulator | null,
): void {
  const lines = [
    "",
    `  GraphQL     ${url}/graphql`,
    `  Playground  ${url}/playground`,
    `  REST        ${url}/v1/message-contacts   described at ${url}/docs`,
    `  Probes      ${opsUrl}/livez  ${opsUrl}/readyz`,
    ...(developmentKey === null
      ? []
      : [
          `  API key     ${developmentKey}   (optional here: no sign-in is configured)`,
        ]),
    ...(emulator === null
      ? []
      : [
          `  Emulator    ${emulator.url}/_emulator   (no cloud account is used; a page at ${url}/emulator)`,
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
