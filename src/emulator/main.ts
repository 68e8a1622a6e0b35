import { startEmulator } from "./emulator.server.js";

const DEFAULT_PORT = 4010;

/**
 * Runs an emulator until SIGTERM or SIGINT. It listens on the loopback address unless
 * `EMULATOR_HOST` is set. `EMULATOR_NAMES` lists the host names that clients may use.
 */
async function main(): Promise<void> {
  const { env } = process;
  const emulator = await startEmulator({
    host: env["EMULATOR_HOST"] || "127.0.0.1",
    port: readPort(env["EMULATOR_PORT"]),
    names: (env["EMULATOR_NAMES"] ?? "").split(",").filter(Boolean),
    seed: "sample",
  });
  const { url, control } = emulator;
  const keyIds = control.keys().map(({ accessKeyId }) => accessKeyId);
  process.stdout.write(
    [
      `Emulator    ${url}`,
      `Page        ${url}/_emulator/ui`,
      `Control     ${url}/_emulator   OpenAPI: ${url}/_emulator/openapi.json`,
      `Keys        ${keyIds.join(", ")}   (secret: testsecret)`,
      "",
    ].join("\n"),
  );
  const shutDown = (): void => {
    void emulator.stop().then(() => process.exit(0));
  };
  process.once("SIGTERM", shutDown);
  process.once("SIGINT", shutDown);
}

function readPort(text: string | undefined): number {
  if (text === undefined || text === "") return DEFAULT_PORT;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) {
    throw new Error("EMULATOR_PORT must be an integer from 0 to 65535");
  }
  return port;
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : "unknown error";
  process.stderr.write(`The emulator cannot start: ${message}\n`);
  process.exit(1);
});
