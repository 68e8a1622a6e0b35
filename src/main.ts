import "./processes/ignore-debug-signal.js";
import "./processes/ignore-url-parse-warning.js";
import cluster from "node:cluster";
import type { Config } from "./config/config.js";
import { settingConflicts } from "./config/environment/setting-conflicts.js";
import { ConfigError, readConfig } from "./config/read-config.js";
import { pointedAt } from "./config/embedded-emulator.js";
import { graceMs } from "./config/time-limits.js";
import type { RunningEmulator } from "./emulator/emulator.server.js";
import { LifeCycle } from "./logging/life-cycle.js";
import { Logger } from "./logging/logger.js";
import { bannerOf } from "./processes/banner.js";
import { compileEarly } from "./processes/compile-early.js";
import { applyHeapLimit } from "./processes/heap-limit.js";
import type { WorkerPool } from "./processes/primary.js";
import { onSignal } from "./processes/signals.js";
import { startFactsOf } from "./processes/start-facts.js";
import { logUnhandledRejections } from "./processes/unhandled-rejections.js";

/** Runs the command that the arguments name; without one, the gateway. */
async function main(): Promise<void> {
  ignoreLogErrors();
  if (cluster.isWorker) {
    const { runWorker } = await import("./processes/worker.js");
    return runWorker(readConfig(process.env));
  }
  const { runCommandLine } = await import("./commands/run-command.js");
  const exitCode = await runCommandLine(process.argv.slice(2), serve);
  if (exitCode !== null) process.exitCode = exitCode;
  // A gateway that cannot start may have opened connections already.
  if (exitCode === 1) process.exit();
}

/**
 * Reads the configuration, starts the emulator if no vendor is configured,
 * starts the gateway, and shuts down on SIGTERM or SIGINT.
 */
async function serve(): Promise<void> {
  const config = readConfig(process.env);
  applyHeapLimit(config.WEB_CONCURRENCY);
  const hasVendor =
    config.UPSTREAM_ENDPOINT !== undefined || config.directories.size > 0;
  const logger = new Logger(config);
  const life = new LifeCycle(logger);
  life.start(startFactsOf(config));
  const emulator = hasVendor ? null : await embedEmulator(config.EMULATOR_PORT);
  const running = await run(config, emulator, logger).catch(
    (error: unknown) => {
      const reason = error instanceof Error ? error.message : "unknown error";
      throw new Error(`The gateway cannot start: ${reason}`);
    },
  );
  emulator?.control.linkGateway(running.url);
  logUnhandledRejections(logger);
  const emulatorUrl = emulator?.url ?? null;
  // Written to standard error: standard output contains only JSON log lines.
  process.stderr.write(bannerOf(config, { ...running, emulatorUrl }));
  for (const cause of config.warnings) {
    logger.log("warn", "a variable has no effect", {
      event: "setting-ignored",
      cause,
    });
  }
  for (const cause of settingConflicts(config)) {
    logger.log("warn", "a setting defeats another one", {
      event: "settings-conflict",
      cause,
    });
  }
  life.ready(running.url);
  onSignal({
    stop: async (signal) => {
      // SIGINT comes from a terminal, where no load balancer needs time to
      // notice.
      await running.close(
        signal === "SIGTERM" ? config.DRAIN_SECONDS * 1_000 : 0,
      );
      await emulator?.stop();
    },
    recordUnfinished: () => running.recordUnfinished(),
    graceMs: running.graceMs,
  });
}

async function run(
  config: Config,
  emulator: RunningEmulator | null,
  logger: Logger,
): Promise<WorkerPool> {
  // Load the gateway only where it runs: the primary process does not need it.
  if (config.WEB_CONCURRENCY > 1) {
    const { runPrimary } = await import("./processes/primary.js");
    return runPrimary(config, emulator?.url ?? null, logger);
  }
  const { startGateway } = await import("./gateway.js");
  const gateway = await startGateway(
    emulator === null ? config : pointedAt(emulator.url, config),
    logger,
  );
  compileEarly();
  return { ...gateway, graceMs: graceMs(config) };
}

/**
 * Keeps the process alive when the log cannot be written and when it is
 * rotated: a stream without an `error` listener ends the process, and so does
 * SIGHUP by default. On a terminal SIGHUP keeps its default unless there is an
 * audit file to reopen.
 */
function ignoreLogErrors(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", () => undefined);
  }
  if (!process.stderr.isTTY) process.on("SIGHUP", () => undefined);
}

/** Starts the emulator at its port, or at a free port if that one is in use. */
async function embedEmulator(port: number): Promise<RunningEmulator> {
  // Loaded on demand: production does not run it.
  const { startEmulator } = await import("./emulator/emulator.server.js");
  return startEmulator({ port }).catch(() => startEmulator());
}

main().catch((error: unknown) => {
  const message =
    error instanceof ConfigError
      ? error.report
      : error instanceof Error
        ? `The gateway cannot start: ${error.message}`
        : "The gateway cannot start.";
  process.stderr.write(`${message}\n`);
  process.exit(1);
});
