import cluster from "node:cluster";
import { withChanges, type Config } from "../config/config.js";
import { pointedAt } from "../config/embedded-emulator.js";
import { graceMs } from "../config/time-limits.js";
import { openGateway } from "../gateway.js";
import { Logger } from "../logging/logger.js";
import { compileEarly } from "./compile-early.js";
import { isMessage, type ToPrimary, type ToWorker } from "./messages.js";
import { GracefulShutdown } from "./signals.js";
import { logUnhandledRejections } from "./unhandled-rejections.js";
import { HEARTBEAT_MS } from "./worker-status.js";

/** Interval at which a worker reports a changed status. */
const STATUS_INTERVAL_MS = 1_000;

/**
 * Runs one of several gateways behind one port with the start options of the primary
 * process. Stops when the primary process stops or crashes.
 */
export async function runWorker(config: Config): Promise<void> {
  // Ctrl+C reaches all processes; the primary process stops the workers itself.
  process.on("SIGINT", () => undefined);
  // Registered first: the file may be rotated while the gateway opens it.
  process.on("message", (message) => {
    if (isMessage(message, "reopen")) process.emit("SIGHUP", "SIGHUP");
  });
  setInterval(() => sendToPrimary({ kind: "heartbeat" }), HEARTBEAT_MS).unref();
  const { emulatorUrl, developmentKey, port } = await requestStartOptions();
  const target = emulatorUrl === null ? config : pointedAt(emulatorUrl, config);
  const logger = new Logger(config);
  const gateway = await openGateway(
    withChanges(target, {
      ...(developmentKey === null ? {} : { developmentKey }),
      ...(port === null ? {} : { PORT: port }),
    }),
    logger,
  );
  logUnhandledRejections(logger);
  let drainMs: number | null = null;
  const shutdown = new GracefulShutdown({
    stop: () => {
      sendToPrimary({ kind: "stopping" });
      return gateway.close(drainMs ?? 0);
    },
    recordUnfinished: () => gateway.recordUnfinished(),
    graceMs: graceMs(config),
  });
  const stop = (forMs: number): void => {
    // A second signal is ignored: it reaches the primary too, which sends `force-exit`.
    if (drainMs !== null) return;
    drainMs = forMs;
    shutdown.begin("SIGTERM");
  };
  process.on("SIGTERM", () => stop(config.DRAIN_SECONDS * 1_000));
  process.on("disconnect", () => stop(0));
  // Otherwise Node.js exits immediately when the primary process disconnects.
  if (cluster.worker) cluster.worker.exitedAfterDisconnect = true;
  process.on("message", (message) => {
    if (isMessage(message, "stop")) stop(message.drainMs);
    else if (isMessage(message, "force-exit")) shutdown.forceExit();
    else if (isMessage(message, "collect-metrics")) {
      // On failure the primary process uses the last metrics of this worker.
      gateway.observability.metricValues().then(
        (metrics) => sendToPrimary({ kind: "metrics", metrics }),
        () => undefined,
      );
    }
  });
  sendToPrimary({ kind: "ready", url: gateway.url });
  compileEarly();
  let sent = "";
  setInterval(() => {
    const { isReady } = gateway.health();
    const status = { isReady, failures: gateway.failures() };
    const text = JSON.stringify(status);
    if (text === sent || drainMs !== null) return;
    sent = text;
    sendToPrimary({ kind: "status", ...status });
  }, STATUS_INTERVAL_MS).unref();
}

/** Requests the start options, after adding the listener that receives them. */
function requestStartOptions(): Promise<Extract<ToWorker, { kind: "start" }>> {
  return new Promise((resolve) => {
    const onMessage = (message: unknown): void => {
      if (!isMessage(message, "start")) return;
      process.off("message", onMessage);
      resolve(message);
    };
    process.on("message", onMessage);
    sendToPrimary({ kind: "online" });
  });
}

function sendToPrimary(message: ToPrimary): void {
  // Errors are ignored: the `disconnect` event handles a lost primary process.
  process.send?.(message, undefined, undefined, () => undefined);
}
