import type { Run } from "./cli/command-line.js";
import { doctor } from "./doctor.js";

export const runDoctor: Run = (options, _args, { out }) =>
  doctor(process.env, out, options["changes"] === true);
