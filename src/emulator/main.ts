import { startEmulator } from "./emulator.server.js";

const DEFAULT_PORT = 4010;

/** The process: an emulator on the loopback address until SIGTERM or SIGINT. */
async function main(): Promise<void> {
  const emulator = await startEmulator({
    port: readPort(process.env["EMULATOR_PORT"]),
    seed: "sample",
  });
  const { url, control } = emulator;
  const keyIds = control.keys().map(({ accessKeyId }) => accessKeyId);
  process.stdout.write(
    [
      `Emulator    ${url}`,
      `Control     ${url}/_emulator`,
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
