import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { DEFAULT_KEYS } from "./state/access-keys.js";
import { EmulatorControl } from "./control/emulator-control.js";
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
import { SAMPLE_SEED } from "./contacts/seeds.js";
import { OPTIONS, type EmulatorOptions } from "./emulator-options.js";
import { parse } from "./schema.js";
import {
  checkConflict,
  checkDirectory,
  checkValues,
} from "./calls/service-checks.js";
import {
  checkAccessKey,
  checkNonce,
  checkSecurityToken,
  checkSignature,
  checkSignatureForm,
  checkTimestamp,
} from "./calls/signature-checks.js";

export type { EmulatorOptions };

export interface RunningEmulator {
  /** Base URL without a trailing slash. */
  readonly url: string;
  /** Host and port of `url`: the `endpoint` of the vendor's clients, with `protocol: "HTTP"`. */
  readonly endpoint: string;
  readonly port: number;
  /** Id of the first access key. */
  readonly accessKeyId: string;
  /** Secret of the first access key. */
  readonly accessKeySecret: string;
  /** The control API as methods, without HTTP. */
  readonly control: EmulatorControl;
  /**
   * Closes all connections, active ones included. Resolves when the port is free. Has no effect
   * when called again.
   */
  stop(): Promise<void>;
  /** The same as `stop`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
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
 * @throws {ControlInputError} for unknown options and invalid values
 * @throws {Error} when `NODE_ENV` is `production`, or when it cannot listen on the port
 */
export async function startEmulator(
  options: EmulatorOptions = {},
): Promise<RunningEmulator> {
  if (process.env["NODE_ENV"] === "production") {
    throw new Error(
      "The emulator does not start with NODE_ENV=production, because it keeps contacts in memory and sends no messages.",
    );
  }
  const {
    host = "127.0.0.1",
    port = 0,
    names = [],
    seed = SAMPLE_SEED,
    clock = Date,
    settings = {},
    keys = DEFAULT_KEYS,
    random = Math.random,
  } = parse(OPTIONS, options, "the options");
  const state = new EmulatorState({
    seed,
    settings,
    keys,
    timeSource: clock,
    random,
  });
  const control = new EmulatorControl(state);
  const server = createServer(LIMITS, (request, response) => {
    handleRequest(state, control, [host, ...names], request, response).catch(
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
  const endpoint = `${urlHost}:${address.port}`;
  const [{ accessKeyId, accessKeySecret } = DEFAULT_KEYS[0]] = keys;
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      state.clock.stop();
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    url: `http://${endpoint}`,
    endpoint,
    port: address.port,
    accessKeyId,
    accessKeySecret,
    control,
    stop,
    [Symbol.asyncDispose]: stop,
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
