import { doctor } from "./doctor.js";

process.exitCode = await doctor(process.env, (text) =>
  process.stdout.write(text),
);
