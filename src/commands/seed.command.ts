import { createInterface } from "node:readline/promises";
import { readConfig } from "../config/read-config.js";
import { UsageError, type Options, type Run } from "./cli/command-line.js";
import { DirectoryTarget } from "./seed/seed-directory.js";
import { EmulatorTarget } from "./seed/seed-emulator.js";
import { readSeedFile } from "./seed/seed-file.js";
import type { SeedTarget } from "./seed/seed-target.js";
import { seed } from "./seed/seed.js";

/** Adds the contacts of a file to an emulator or to the configured directory. */
export const runSeed: Run = async (options, [file], { err }) => {
  const emulator = textIn(options, "emulator");
  if (file === undefined) {
    throw new UsageError("The file with the contacts is missing.", "seed");
  }
  const config = readConfig(process.env);
  const isConfigured =
    config.UPSTREAM_ENDPOINT !== undefined || config.directories.size > 0;
  if (emulator === undefined && !isConfigured) {
    throw new UsageError(
      "The target is missing. Use --emulator, or set UPSTREAM_ENDPOINT or DIRECTORIES_FILE.",
      "seed",
    );
  }
  const origin = emulator === undefined ? null : originOf(emulator);
  const items = readSeedFile(file, config);
  const needsPrompt = origin === null && options["yes"] !== true;
  if (needsPrompt && !process.stdin.isTTY) {
    err(
      "Confirmation requires a terminal. To add contacts without it, pass --yes.\n",
    );
    return 1;
  }
  const target: SeedTarget =
    origin === null
      ? await DirectoryTarget.open(config, textIn(options, "directory"))
      : new EmulatorTarget(origin, config);
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
};

function textIn(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

function originOf(url: string): string {
  const isWeb = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  if (!isWeb) {
    throw new UsageError(
      "--emulator must be a URL such as http://127.0.0.1:4010.",
      "seed",
    );
  }
  return new URL(url).origin;
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
