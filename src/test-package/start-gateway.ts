import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import {
  startEmulator,
  type RunningEmulator,
} from "../emulator/emulator.server.js";
import { integer, objectOf, parse } from "../emulator/schema.js";
import type { FromGateway, ToGateway } from "./gateway-messages.js";

export interface GatewayOptions {
  /**
   * Emulator that the gateway calls; it keeps running when the gateway stops. Default: one of
   * its own with sample contacts, unless `env` configures another endpoint.
   */
  readonly emulator?: RunningEmulator;
  /** Port of GraphQL, REST and the pages. Default: 0, any free port. */
  readonly port?: number;
  /** Port of probes and metrics. Default: 0, any free port. */
  readonly opsPort?: number;
  /**
   * Settings of the gateway by variable name, such as `API_KEYS_FILE`. The environment of the
   * calling process is not used. Defaults that differ from the gateway's: `LOG_LEVEL=error`;
   * `MAX_EVENT_LOOP_DELAY_MS=0`, so that a busy machine causes no `GATEWAY_BUSY`;
   * `READ_CACHE_MS=0`, so that reads see what the test changes in the emulator; and
   * `UPSTREAM_CALLS_PER_SECOND=0`, so that no call waits.
   */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface RunningGateway {
  /** Base URL of GraphQL (`/graphql`), REST (`/v1/message-contacts`) and the pages, without a trailing slash. */
  readonly url: string;
  /** Base URL of probes and metrics, without a trailing slash. */
  readonly opsUrl: string;
  /** API key with all scopes; null if `env` configures authentication. Optional for requests. */
  readonly developmentKey: string | null;
  /** Emulator that the gateway calls; null if `env` configures another endpoint. */
  readonly emulator: RunningEmulator | null;
  /**
   * Completes running requests, closes all connections, and stops the emulator if the gateway
   * started it. Resolves when the ports are free. Has no effect when called again.
   */
  stop(): Promise<void>;
  /** The same as `stop`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

const OPTIONS = objectOf({
  emulator: z
    .custom<RunningEmulator>(
      (emulator) =>
        typeof (emulator as Partial<RunningEmulator> | null)?.url === "string",
      "must be the result of startEmulator",
    )
    .optional(),
  port: integer(0, 65_535).optional(),
  opsPort: integer(0, 65_535).optional(),
  env: z.record(z.string(), z.string("must be a string").optional()).optional(),
});

/** Time for the gateway process to end before it is killed. */
const STOP_TIMEOUT_MS = 10_000;

/**
 * Starts a gateway in a separate process, which ends with the calling process. Several
 * gateways do not affect each other.
 *
 * @throws {ControlInputError} for unknown options and invalid values
 * @throws {Error} when the gateway cannot start; the message lists invalid settings
 */
export async function startGateway(
  options: GatewayOptions = {},
): Promise<RunningGateway> {
  const {
    emulator: given,
    env = {},
    ...ports
  } = parse(OPTIONS, options, "the options");
  const hasVendor = [env["UPSTREAM_ENDPOINT"], env["DIRECTORIES_FILE"]].some(
    (value) => value !== undefined && value !== "",
  );
  const own =
    given === undefined && !hasVendor ? await startEmulator() : undefined;
  const emulator = given ?? own ?? null;
  const child = fork(
    fileURLToPath(new URL("./gateway/process.js", import.meta.url)),
    {
      // Options of the test runner do not apply to it.
      execArgv: [],
      env: { ...environment(emulator, ports), ...env },
      // Test runners read standard output, so the log goes to standard error.
      stdio: ["ignore", 2, 2, "ipc"],
    },
  );
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = async (): Promise<void> => {
    await stopProcess(child, ended);
    await own?.stop();
  };
  try {
    const { url, opsUrl, developmentKey } = await started(
      child,
      emulator?.url ?? null,
    );
    emulator?.control.linkGateway(url);
    return {
      url,
      opsUrl,
      developmentKey,
      emulator,
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    child.kill("SIGKILL");
    await stop();
    throw error;
  }
}

function environment(
  emulator: RunningEmulator | null,
  { port = 0, opsPort = 0 }: Pick<GatewayOptions, "port" | "opsPort">,
): NodeJS.ProcessEnv {
  const { SystemRoot } = process.env;
  return {
    // Windows needs this variable to open sockets.
    ...(SystemRoot === undefined ? {} : { SystemRoot }),
    PORT: String(port),
    OPS_PORT: String(opsPort),
    LOG_LEVEL: "error",
    READ_CACHE_MS: "0",
    UPSTREAM_CALLS_PER_SECOND: "0",
    MAX_EVENT_LOOP_DELAY_MS: "0",
    ...(emulator === null
      ? {}
      : {
          UPSTREAM_ENDPOINT: emulator.url,
          ALIBABA_CLOUD_ACCESS_KEY_ID: emulator.accessKeyId,
          ALIBABA_CLOUD_ACCESS_KEY_SECRET: emulator.accessKeySecret,
        }),
  };
}

/** Sends the start message. Resolves when the gateway responds, rejects when it cannot start. */
function started(
  child: ChildProcess,
  emulatorUrl: string | null,
): Promise<Extract<FromGateway, { kind: "started" }>> {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.once("exit", (code, signal) =>
      reject(new Error(`The gateway ended with ${signal ?? `code ${code}`}.`)),
    );
    child.once("message", (message: FromGateway) => {
      if (message.kind === "started") resolve(message);
      else reject(new Error(message.message));
    });
    send(child, { kind: "start", emulatorUrl });
  });
}

async function stopProcess(
  child: ChildProcess,
  ended: Promise<unknown>,
): Promise<void> {
  const hasEnded = child.exitCode !== null || child.signalCode !== null;
  if (hasEnded || child.pid === undefined) return;
  send(child, { kind: "stop" });
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}

function send(child: ChildProcess, message: ToGateway): void {
  // Errors are ignored: the `exit` event reports a process that has ended.
  child.send(message, () => undefined);
}
