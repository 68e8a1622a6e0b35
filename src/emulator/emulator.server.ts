import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { AccessKeyInput } from "./state/access-keys.js";
import type { TimeSource } from "./clock.js";
import { EmulatorControl } from "./control/emulator-control.js";
import { isControlPath, serveControl } from "./control/control-endpoint.js";
import { SEED_CHOICE } from "./control/seed-schemas.js";
import { parse } from "./schema.js";
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
import type { Seed, SeedName } from "./contacts/seeds.js";
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
  /** Address to listen on. Default: 127.0.0.1. */
  readonly host?: string;
  /**
   * Further host names that the `Host` header of control requests may contain, such as a
   * container's name. Loopback names are always accepted; other names are rejected, because
   * they may be a DNS rebinding attempt. Default: none.
   */
  readonly names?: readonly string[];
  /** Port to listen on. Default: 0, any free port. */
  readonly port?: number;
  /** Initial directory and contacts: `sample`, `empty` or a complete seed. Default: `sample`. */
  readonly seed?: SeedName | Seed;
  /** Time source. Default: the system clock. */
  readonly clock?: TimeSource;
  /** Settings that differ from the defaults. */
  readonly settings?: Partial<EmulatorSettings>;
  /** Replaces the default access keys. */
  readonly keys?: readonly AccessKeyInput[];
  /** Returns a number in [0, 1); used for contact ids, codes and fault probabilities. */
  readonly random?: () => number;
}

export interface RunningEmulator {
  /** Base URL without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** The control API as methods, without HTTP. */
  readonly control: EmulatorControl;
  /** Closes all connections, active ones included. Resolves when the port is free. */
  stop(): Promise<void>;
}

/**
 * The checks of each call, in order. The vendor does not publish its order; this one is the
 * emulator's choice. Scripted faults are applied between the two lists.
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

/** Timeouts for slow clients, in milliseconds. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
} as const;

/**
 * Starts an emulator of the vendor's API with its own state and port.
 *
 * @throws {Error} when `NODE_ENV` is `production`, or when it cannot listen on the port
 * @throws {ControlInputError} for an invalid seed or setting
 */
export async function startEmulator(
  options: EmulatorOptions = {},
): Promise<RunningEmulator> {
  if (process.env["NODE_ENV"] === "production") {
    throw new Error(
      "The emulator does not start with NODE_ENV=production, because it keeps contacts in memory and sends no messages.",
    );
  }
  const { host = "127.0.0.1", port = 0, seed = "sample" } = options;
  const names = [host, ...(options.names ?? [])];
  const state = new EmulatorState({
    seed: parse(SEED_CHOICE, seed, "seed"),
    settings: options.settings ?? {},
    keys: options.keys,
    timeSource: options.clock ?? Date,
    random: options.random ?? Math.random,
  });
  const control = new EmulatorControl(state);
  const server = createServer(LIMITS, (request, response) => {
    handleRequest(state, control, names, request, response).catch(
      (error: unknown) => {
        closeAfterError(response, error);
      },
    );
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

async function handleRequest(
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

/** Closes the connection. Logs the error unless the client has disconnected. */
function closeAfterError(response: ServerResponse, error: unknown): void {
  if (!response.destroyed) {
    const text = error instanceof Error ? (error.stack ?? error.message) : "";
    process.stderr.write(`The emulator failed to handle a request: ${text}\n`);
  }
  response.socket?.destroy();
}
