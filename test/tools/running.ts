import { spawn } from "node:child_process";
import { once } from "node:events";
import { PROJECT } from "./run.js";

/** A gateway process with an embedded emulator. */
export interface RunningGateway {
  readonly url: string;
  readonly emulatorUrl: string;
  /** The development key. */
  readonly developmentKey: string;
  readonly stop: () => Promise<void>;
}

/** Starts the compiled gateway as `npm start` does, on free ports. */
export async function startGateway(): Promise<RunningGateway> {
  const gateway = spawn(process.execPath, [`${PROJECT}dist/bundle/main.js`], {
    env: {
      ...process.env,
      PORT: "0",
      OPS_PORT: "0",
      READ_CACHE_MS: "0",
      UPSTREAM_CALLS_PER_SECOND: "0",
      EMULATOR_PORT: "0",
      LOG_LEVEL: "error",
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let printed = "";
  for await (const part of gateway.stderr) {
    printed += String(part);
    const [url, emulatorUrl, developmentKey] = [
      /GraphQL +(http:\S+)\/graphql/,
      /Emulator +(http:\S+)\/_emulator/,
      /API key +(\S+)/,
    ].map((pattern) => pattern.exec(printed)?.[1]);
    if (!url || !emulatorUrl || !developmentKey) continue;
    // Continue to read, so that the pipe does not fill up.
    gateway.stderr.resume();
    const stop = async (): Promise<void> => {
      gateway.kill("SIGINT");
      if (gateway.exitCode === null) await once(gateway, "exit");
    };
    return { url, emulatorUrl, developmentKey, stop };
  }
  throw new Error(`the gateway did not start: ${printed}`);
}
