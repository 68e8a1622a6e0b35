import { startEmulator } from "./emulator.server.js";

const DEFAULT_PORT = 4010;

/**
 * Runs an emulator with sample contacts until SIGTERM or SIGINT, and prints its addresses and
 * keys. When it cannot start, prints why and ends the process with code 1.
 *
 * @param environment `EMULATOR_PORT` (default 4010), `EMULATOR_HOST` (default: loopback) and
 *   `EMULATOR_NAMES`, the comma-separated host names that clients on other machines use
 */
export async function runEmulator(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const { EMULATOR_PORT, EMULATOR_HOST, EMULATOR_NAMES } = environment;
  const emulator = await startEmulator({
    host: EMULATOR_HOST || "127.0.0.1",
    port: portOf(EMULATOR_PORT),
    names: (EMULATOR_NAMES ?? "").split(",").filter(Boolean),
    seed: "sample",
  }).catch((error: unknown) => {
    const message = error instanceof Error ? error.message : "unknown error";
    process.stderr.write(`The emulator cannot start: ${message}\n`);
    process.exit(1);
  });
  const { url, control, accessKeySecret } = emulator;
  const keyIds = control.keys().map(({ accessKeyId }) => accessKeyId);
  process.stdout.write(
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

/** NaN, which the emulator rejects, for text that is not a number. */
function portOf(text: string | undefined): number {
  if (text === undefined || text === "") return DEFAULT_PORT;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
