import { startEmulator } from "./emulator.server.js";

const DEFAULT_PORT = 4010;

/**
 * Runs an emulator until SIGTERM or SIGINT. It listens on the loopback address unless
 * `EMULATOR_HOST` is set. `EMULATOR_NAMES` lists the host names that clients may use.
 *
 * @throws {Error} that says why it cannot start
 */
export async function runEmulator(
  env: Readonly<Record<string, string | undefined>>,
  write: (text: string) => unknown,
): Promise<void> {
  const host = env["EMULATOR_HOST"] || "127.0.0.1";
  const port = readPort(env["EMULATOR_PORT"]);
  const emulator = await startEmulator({
    host,
    port,
    names: (env["EMULATOR_NAMES"] ?? "").split(",").filter(Boolean),
    seed: "sample",
  }).catch((error: unknown) => {
    throw new Error(
      `The emulator cannot start: ${reasonOf(error, host, port)}`,
    );
  });
  const { url, control, accessKeySecret } = emulator;
  const keyIds = control.keys().map(({ accessKeyId }) => accessKeyId);
  write(
    [
      `Emulator    ${url}`,
      `Page        ${url}/_emulator/ui`,
      `Control     ${url}/_emulator   OpenAPI: ${url}/_emulator/openapi.json`,
      `Keys        ${keyIds.join(", ")}   (secret: ${accessKeySecret})`,
      "",
    ].join("\n"),
  );
  const shutDown = (): void => {
    void emulator.stop().then(() => process.exit(0));
  };
  process.once("SIGTERM", shutDown);
  process.once("SIGINT", shutDown);
}

/** An address of a Kubernetes Service (`tcp://…`) counts as unset. */
function readPort(text = ""): number {
  if (text.trim() === "" || /^(?:tcp|udp|sctp):\/\/\S+:\d+$/i.test(text)) {
    return DEFAULT_PORT;
  }
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) {
    throw new Error(
      "The emulator cannot start: EMULATOR_PORT must be an integer from 0 to 65535",
    );
  }
  return port;
}

function reasonOf(error: unknown, host: string, port: number): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case "EADDRINUSE":
      return `port ${port} on ${host} is in use. Set EMULATOR_PORT to another one.`;
    case "EACCES":
      return `this user may not listen on port ${port}. Set EMULATOR_PORT to 1024 or more.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `this machine has no address ${host} (${code}). Correct EMULATOR_HOST.`;
    default:
      return message;
  }
}
