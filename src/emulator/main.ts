import { runEmulator } from "./run-emulator.js";

runEmulator(process.env, (text) => process.stdout.write(text)).catch(
  (error: unknown) => {
    const message = error instanceof Error ? error.message : "Unknown error.";
    process.stderr.write(`${message}\n`);
    process.exit(1);
  },
);
