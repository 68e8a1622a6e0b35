import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { readConfig } from "../config/read-config.js";
import { DirectoryTarget } from "./seed/seed-directory.js";
import { EmulatorTarget } from "./seed/seed-emulator.js";
import { readSeedFile } from "./seed/seed-file.js";
import type { SeedTarget } from "./seed/seed-target.js";
import { seed } from "./seed/seed.js";

const USAGE = `npm run seed -- <file.json> --emulator <url>
npm run seed -- <file.json> [--directory <alias>] [--yes]

The first form adds the contacts to a running emulator (npm run emulator). The
second adds them to the configured directory, after you confirm it.
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      emulator: { type: "string" },
      directory: { type: "string" },
      yes: { type: "boolean", default: false },
    },
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) {
    process.stderr.write(USAGE);
    return 1;
  }
  const config = readConfig(process.env);
  const items = readSeedFile(file, config);
  const isConfigured =
    config.UPSTREAM_ENDPOINT !== undefined || config.directories.size > 0;
  if (values.emulator === undefined && !isConfigured) {
    process.stderr.write(`No endpoint is configured.\n\n${USAGE}`);
    return 1;
  }
  const needsPrompt = values.emulator === undefined && !values.yes;
  if (needsPrompt && !process.stdin.isTTY) {
    process.stderr.write(
      "Confirmation requires a terminal. To add contacts without it, pass --yes.\n",
    );
    return 1;
  }
  const target: SeedTarget =
    values.emulator === undefined
      ? await DirectoryTarget.open(config, values.directory)
      : new EmulatorTarget(new URL(values.emulator).origin, config);
  try {
    const isComplete = await seed(
      items,
      target,
      process.stderr,
      needsPrompt ? prompt : null,
    );
    return isComplete ? 0 : 1;
  } finally {
    await target.close();
  }
}

async function prompt(question: string): Promise<string> {
  const lines = createInterface({
    input: process.stdin,
    output: process.stderr,
  });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

process.exitCode = await main().catch((error: unknown) => {
  const reason = error instanceof Error ? error.message : "Unknown error.";
  process.stderr.write(`${reason}\n`);
  return 1;
});
