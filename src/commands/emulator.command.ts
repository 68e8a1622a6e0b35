import type { Run } from "./cli/command-line.js";
import { runEmulator as run } from "../emulator/run-emulator.js";

export const runEmulator: Run = async (_options, _args, { out }) => {
  await run(process.env, out);
  return null;
};
