import { withChanges } from "../config/config.js";
import { readConfig } from "../config/read-config.js";
import { startGateway, type ProbedGateway } from "../gateway.js";
import type { FromGateway, ToGateway } from "./gateway-messages.js";

/**
 * Program of the process that `startGateway` of the package starts: a gateway configured by
 * its environment. It also ends when the process that started it ends for any reason.
 */
let gateway: ProbedGateway | undefined;

process.on("message", (message: ToGateway) => {
  void (message.kind === "start" ? start(message.emulatorUrl) : stop());
});
process.on("disconnect", () => process.exit());
// Ctrl+C reaches both processes; the first one decides when the gateway stops.
process.on("SIGINT", () => undefined);

async function start(emulatorUrl: string | null): Promise<void> {
  try {
    const config = readConfig(process.env);
    gateway = await startGateway(
      emulatorUrl === null
        ? config
        : withChanges(config, { embeddedEmulator: emulatorUrl }),
    );
    const { url, opsUrl, developmentKey } = gateway;
    send({ kind: "started", url, opsUrl, developmentKey });
  } catch (error) {
    send({
      kind: "failed",
      message: error instanceof Error ? error.message : String(error),
    });
  }
}

async function stop(): Promise<void> {
  await gateway?.close();
  process.exit();
}

function send(message: FromGateway): void {
  // Errors are ignored: the `disconnect` event handles a lost parent process.
  process.send?.(message, undefined, undefined, () => undefined);
}
