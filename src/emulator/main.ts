import { runEmulator } from "./run-emulator.js";

await runEmulator(process.env);
