import { readFileSync } from "node:fs";
import { ConfigError } from "../config/read-config.js";
import {
  commandIn,
  parseCommandLine,
  UsageError,
  type Output,
  type Run,
} from "./cli/command-line.js";
import {
  DEFINITIONS,
  type CommandName,
  type Definition,
} from "./cli/definition.js";
import { helpOf, overview } from "./cli/help.js";
import { optionKeptByNpm } from "./cli/npm-options.js";

/** Exit code for an invalid command line, unless the command has another. */
const USAGE_EXIT = 2;

/** Implementations, loaded when they are needed. */
const IMPLEMENTATIONS: Readonly<
  Record<Exclude<CommandName, "serve">, () => Promise<Run>>
> = {
  doctor: async () => (await import("./doctor.command.js")).runDoctor,
  key: async () => (await import("./key.command.js")).runKey,
  policy: async () => (await import("./policy.command.js")).runPolicy,
  seed: async () => (await import("./seed.command.js")).runSeed,
  contacts: async () =>
    (await import("./contacts/contacts.command.js")).runContacts,
  emulator: async () => (await import("./emulator.command.js")).runEmulator,
};

/**
 * Runs the command that a command line names. An expected failure is one line on
 * standard error, without a stack trace.
 *
 * @param serve runs the gateway
 * @returns the exit code, or null if the process continues to run
 */
export async function runCommandLine(
  argv: readonly string[],
  serve: () => Promise<void>,
  output: Output = STANDARD,
): Promise<number | null> {
  try {
    const { name, rest } = commandIn(argv);
    if (name === null) {
      const isVersion = ["--version", "-v"].includes(rest[0] ?? "");
      output.out(isVersion ? versionText() : overview());
      return 0;
    }
    const line = parseCommandLine(name, DEFINITIONS[name], rest);
    if (line.wants !== "run") {
      output.out(line.wants === "help" ? helpOf(name) : versionText());
      return 0;
    }
    const kept = optionKeptByNpm(DEFINITIONS[name], line.options, process.env);
    if (kept !== null) {
      throw new UsageError(
        `npm did not pass on --${kept}. Write -- before the options: npm run ${name} -- ${[...line.args, "…"].join(" ")}`,
        name,
      );
    }
    if (name === "serve") {
      await serve();
      return null;
    }
    const run = await IMPLEMENTATIONS[name]();
    return await run(line.options, line.args, output);
  } catch (error) {
    output.err(messageOf(error));
    return exitCodeOf(error);
  }
}

/** The version in package.json, which is next to `src` and to `dist`. */
function versionText(): string {
  const file = new URL("../../package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(file, "utf8")) as {
    version: string;
  };
  return `${version}\n`;
}

const STANDARD: Output = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  terminal: process.stderr,
};

function exitCodeOf(error: unknown): number {
  if (!(error instanceof UsageError)) return 1;
  const definition: Definition | null =
    error.command === undefined ? null : DEFINITIONS[error.command];
  return definition?.usageExitCode ?? USAGE_EXIT;
}

function messageOf(error: unknown): string {
  if (error instanceof UsageError) {
    const { command } = error;
    const help =
      command === undefined || command === "serve"
        ? "npm start -- --help"
        : `npm run ${command} -- --help`;
    return `${error.message}\nSee: ${help}\n`;
  }
  if (error instanceof ConfigError) return `${error.report}\n`;
  return `${error instanceof Error ? error.message : "Unknown error."}\n`;
}
