import cluster from "node:cluster";
import { withChanges, type Config } from "../config/config.js";
import { pointedAt } from "../config/embedded-emulator.js";
import { graceMs } from "../config/time-limits.js";
import { openGateway } from "../gateway.js";
import { Logger } from "../logging/logger.js";
import { isMessage, type ToPrimary, type ToWorker } from "./messages.js";
import { GracefulShutdown } from "./signals.js";
import { logUnhandledRejections } from "./unhandled-rejections.js";
import { HEARTBEAT_MS } from "./worker-status.js";

/** How often a worker looks whether its standing has changed. */
const STATUS_INTERVAL_MS = 1_000;

/**
 * Runs one of several gateways behind one port, as the primary process tells it,
 * and ends with it, whatever becomes of it.
 */
export async function runWorker(config: Config): Promise<void> {
  // A person at the keyboard interrupts all processes; the primary tells ours.
  process.on("SIGINT", () => undefined);
  // Heard from the start: the file may be rotated while the gateway opens it.
  process.on("message", (message) => {
    if (isMessage(message, "reopen")) process.emit("SIGHUP", "SIGHUP");
  });
  setInterval(() => sendToPrimary({ kind: "alive" }), HEARTBEAT_MS).unref();
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
  const ending = new GracefulShutdown({
    stop: () => {
      sendToPrimary({ kind: "ending" });
      return gateway.close(drainMs ?? 0);
    },
    cutOff: () => gateway.cutOff(),
    graceMs: graceMs(config),
  });
  const end = (forMs: number): void => {
    // Only the primary process cuts off: a signal may reach both.
    if (drainMs !== null) return;
    drainMs = forMs;
    ending.begin("SIGTERM");
  };
  process.on("SIGTERM", () => end(config.DRAIN_SECONDS * 1_000));
  process.on("disconnect", () => end(0));
  // Otherwise Node.js would end the process at once, whatever it is at.
  if (cluster.worker) cluster.worker.exitedAfterDisconnect = true;
  process.on("message", (message) => {
    if (isMessage(message, "end")) end(message.drainMs);
    else if (isMessage(message, "cut-off")) ending.cutOff();
    else if (isMessage(message, "count")) {
      // A primary that is not answered counts without this one.
      gateway.observability.count().then(
        (metrics) => sendToPrimary({ kind: "counted", metrics }),
        () => undefined,
      );
    }
  });
  sendToPrimary({ kind: "ready", url: gateway.url });
  let told = "";
  setInterval(() => {
    const { isReady } = gateway.standing();
    const standing = { isReady, trouble: gateway.trouble() };
    const text = JSON.stringify(standing);
    if (text === told || drainMs !== null) return;
    told = text;
    sendToPrimary({ kind: "standing", ...standing });
  }, STATUS_INTERVAL_MS).unref();
}

/** What to begin with; asked for, so that no answer comes before it is heard. */
function requestStartOptions(): Promise<Extract<ToWorker, { kind: "begin" }>> {
  return new Promise((resolve) => {
    const hear = (message: unknown): void => {
      if (!isMessage(message, "begin")) return;
      process.off("message", hear);
      resolve(message);
    };
    process.on("message", hear);
    sendToPrimary({ kind: "here" });
  });
}

function sendToPrimary(message: ToPrimary): void {
  // Where the primary has gone, the channel's end is told elsewhere.
  process.send?.(message, undefined, undefined, () => undefined);
}
