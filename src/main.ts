import "./processes/ignore-debug-signal.js";
import cluster from "node:cluster";
import { showsSchema, type Config } from "./config/config.js";
import { ConfigError, readConfig } from "./config/read-config.js";
import { pointedAt } from "./config/embedded-emulator.js";
import { graceMs } from "./config/time-limits.js";
import type { RunningEmulator } from "./emulator/emulator.server.js";
import { Logger } from "./logging/logger.js";
import type { WorkerPool } from "./processes/primary.js";
import { onSignal } from "./processes/signals.js";
import { logUnhandledRejections } from "./processes/unhandled-rejections.js";

/**
 * The process: configuration, the emulator where no vendor is named, listen,
 * and on SIGTERM or SIGINT an orderly end.
 */
async function main(): Promise<void> {
  surviveLogTrouble();
  const config = readConfig(process.env);
  if (cluster.isWorker) {
    const { runWorker } = await import("./processes/worker.js");
    return runWorker(config);
  }
  const hasVendor =
    config.UPSTREAM_ENDPOINT !== undefined || config.directories.size > 0;
  const emulator = hasVendor ? null : await embedEmulator(config.EMULATOR_PORT);
  const running = await run(config, emulator);
  logUnhandledRejections(new Logger(config));
  announce(running, emulator, showsSchema(config));
  onSignal({
    stop: async (signal) => {
      // A person at the keyboard has no balancer that must notice first.
      await running.close(
        signal === "SIGTERM" ? config.DRAIN_SECONDS * 1_000 : 0,
      );
      await emulator?.stop();
    },
    cutOff: () => running.cutOff(),
    graceMs: running.graceMs,
  });
}

async function run(
  config: Config,
  emulator: RunningEmulator | null,
): Promise<WorkerPool> {
  // Each loads what it needs: a process that only starts others needs little.
  if (config.WEB_CONCURRENCY > 1) {
    const { runPrimary } = await import("./processes/primary.js");
    return runPrimary(config, emulator?.url ?? null);
  }
  const { startGateway } = await import("./gateway.js");
  const gateway = await startGateway(
    emulator === null ? config : pointedAt(emulator.url, config),
  );
  return { ...gateway, graceMs: graceMs(config) };
}

/**
 * A stream without an `error` listener ends the process, and so does SIGHUP by
 * default. Neither a log that cannot be written nor its rotation may do that. On
 * a terminal SIGHUP keeps its meaning unless there is a file to open again.
 */
function surviveLogTrouble(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", () => undefined);
  }
  if (!process.stderr.isTTY) process.on("SIGHUP", () => undefined);
}

/** At the usual port, or at a free one where another process has that. */
async function embedEmulator(port: number): Promise<RunningEmulator> {
  // Loaded only when it is used: production never runs this code.
  const { startEmulator } = await import("./emulator/emulator.server.js");
  return startEmulator({ port }).catch(() => startEmulator());
}

function announce(
  { url, opsUrl, developmentKey }: WorkerPool,
  emulator: RunningEmulator | null,
  hasPlayground: boolean,
): void {
  const lines = [
    "",
    `  GraphQL     ${url}/graphql`,
    ...(hasPlayground ? [`  Playground  ${url}/playground`] : []),
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
