import { startEmulator } from "./emulator.server.js";

const DEFAULT_PORT = 4010;

/**
 * The process: an emulator until SIGTERM or SIGINT, on the loopback address unless
 * `EMULATOR_HOST` names another; `EMULATOR_NAMES` are the names it is then reached by.
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
      `Control     ${url}/_emulator   described at ${url}/_emulator/openapi.json`,
      `Keys        ${keyIds.join(", ")}   (the secret is testsecret)`,
      "",
    ].join("\n"),
  );
  const end = (): void => {
    void emulator.stop().then(() => process.exit(0));
  };
  process.once("SIGTERM", end);
  process.once("SIGINT", end);
}

function readPort(text: string | undefined): number {
  if (text === undefined || text === "") return DEFAULT_PORT;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) {
    throw new Error("EMULATOR_PORT must be a port number from 0 to 65535");
  }
  return port;
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : "no reason is known";
  process.stderr.write(`The emulator cannot start: ${message}\n`);
  process.exit(1);
});
