import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { AccessKeyInput } from "./state/access-keys.js";
import type { TimeSource } from "./clock.js";
import { EmulatorControl } from "./control/control.js";
import { isControlPath, serveControl } from "./control/control-endpoint.js";
import { EmulatorState } from "./state/emulator-state.js";
import {
  checkAction,
  checkBody,
  checkFormat,
  checkMethod,
  checkParameters,
  checkPath,
  checkPermission,
  checkProtocol,
  checkRate,
  checkVersion,
} from "./calls/gateway-checks.js";
import { serveCall, type RpcChecks } from "./calls/rpc-endpoint.js";
import { NAMED_SEEDS, type Seed, type SeedName } from "./contacts/seeds.js";
import {
  checkConflict,
  checkDirectory,
  checkValues,
} from "./calls/service-checks.js";
import type { EmulatorSettings } from "./settings.js";
import {
  checkAccessKey,
  checkNonce,
  checkSecurityToken,
  checkSignature,
  checkSignatureForm,
  checkTimestamp,
} from "./calls/signature-checks.js";

export interface EmulatorOptions {
  /** 127.0.0.1 */
  readonly host?: string;
  /**
   * Names besides those of the loopback address under which this machine may be asked for the
   * control surface, such as the name of a container: none. Any other name is taken for an
   * attempt of a web site to reach it.
   */
  readonly names?: readonly string[];
  /** 0: any free port */
  readonly port?: number;
  /** The sample contacts, the directory without contacts, or one's own: `sample`. */
  readonly seed?: SeedName | Seed;
  /** The machine's clock. */
  readonly clock?: TimeSource;
  /** Changes to the defaults. */
  readonly settings?: Partial<EmulatorSettings>;
  /** In place of the default keys. */
  readonly keys?: readonly AccessKeyInput[];
  /** From 0 up to but not including 1: contact ids, codes, chances of faults. */
  readonly random?: () => number;
}

export interface RunningEmulator {
  /** Base URL without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** What the HTTP control surface can do, without HTTP. */
  readonly control: EmulatorControl;
  /** Ends every connection, waiting or not, and resolves when the port is free. */
  stop(): Promise<void>;
}

/**
 * What is tested on each call, in order. The order is a choice of the emulator, the vendor
 * publishes none; a scripted fault meets the call between the two lists.
 */
const CHECKS: RpcChecks = {
  gateway: [
    checkProtocol,
    checkMethod,
    checkPath,
    checkBody,
    checkFormat,
    checkVersion,
    checkAction,
    checkAccessKey,
    checkSecurityToken,
    checkTimestamp,
    checkSignatureForm,
    checkSignature,
    checkNonce,
    checkRate,
    checkParameters,
    checkPermission,
  ],
  service: [checkDirectory, checkValues, checkConflict],
};

/** Limits against slow clients, in milliseconds. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
} as const;

/**
 * Starts a stand-in for the vendor's API, with its own state, on a port of its own.
 *
 * @throws {Error} under `NODE_ENV=production`, and when the port cannot be had
 */
export async function startEmulator(
  options: EmulatorOptions = {},
): Promise<RunningEmulator> {
  if (process.env["NODE_ENV"] === "production") {
    throw new Error(
      "The emulator does not run with NODE_ENV=production: it keeps contacts in memory and sends no messages.",
    );
  }
  const { host = "127.0.0.1", port = 0, seed = "sample" } = options;
  const names = [host, ...(options.names ?? [])];
  const state = new EmulatorState({
    seed: typeof seed === "string" ? NAMED_SEEDS[seed] : seed,
    settings: options.settings ?? {},
    keys: options.keys,
    timeSource: options.clock ?? Date,
    random: options.random ?? Math.random,
  });
  const control = new EmulatorControl(state);
  const server = createServer(LIMITS, (request, response) => {
    answer(state, control, names, request, response).catch((error: unknown) => {
      abandon(response, error);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  const urlHost = address.family === "IPv6" ? `[${host}]` : host;
  return {
    url: `http://${urlHost}:${address.port}`,
    port: address.port,
    control,
    stop: () =>
      new Promise((resolve) => {
        state.clock.stop();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  state: EmulatorState,
  control: EmulatorControl,
  names: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (isControlPath(request.url ?? "")) {
    await serveControl(control, names, request, response);
  } else {
    await serveCall(state, CHECKS, request, response);
  }
}

/** A client that went away is its own business; anything else is a fault of the emulator. */
function abandon(response: ServerResponse, error: unknown): void {
  if (!response.destroyed) {
    const text = error instanceof Error ? (error.stack ?? error.message) : "";
    process.stderr.write(`The emulator failed on a call: ${text}\n`);
  }
  response.socket?.destroy();
}
