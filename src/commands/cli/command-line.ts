import { parseArgs } from "node:util";
import { closestTo } from "../../config/environment/near-misses.js";
import {
  COMMAND_NAMES,
  isCommandName,
  type CommandName,
  type Definition,
} from "./definition.js";
import type { Terminal } from "./terminal.js";

/** An invalid command line. The message says what is wrong with it. */
export class UsageError extends Error {
  /** @param command the command that the command line names, if known */
  constructor(
    message: string,
    readonly command?: CommandName,
  ) {
    super(message);
    this.name = "UsageError";
  }
}

/** Values of options by name. A switch that is given is `true`. */
export type Options = Readonly<Record<string, string | true | undefined>>;

/** Streams of a command. */
export interface Output {
  readonly out: (text: string) => unknown;
  readonly err: (text: string) => unknown;
  /** Standard error, if progress may be drawn on it. */
  readonly terminal?: Terminal;
}

/**
 * Runs a command. Returns its exit code, or null if the process continues to run.
 * Throws `UsageError` if its options do not make sense together.
 */
export type Run = (
  options: Options,
  args: readonly string[],
  output: Output,
) => Promise<number | null>;

/** A valid command line. */
export interface CommandLine {
  readonly wants: "help" | "version" | "run";
  readonly options: Options;
  readonly args: readonly string[];
}

/**
 * What containers of 0.1.0 passed to `node`. The entry point of the image still accepts
 * these paths.
 */
const FORMER_PATHS: Readonly<Record<string, CommandName>> = {
  "dist/bundle/main.js": "serve",
  "dist/emulator/main.js": "emulator",
};

/**
 * Splits a command line into the command and its arguments. Without a command it is
 * `serve`; null if only the program as a whole is asked about (`--help`).
 *
 * @throws {UsageError} for an unknown command
 */
export function commandIn(argv: readonly string[]): {
  readonly name: CommandName | null;
  readonly rest: readonly string[];
} {
  const [first, ...others] = argv;
  if (first === undefined) return { name: "serve", rest: [] };
  if (["--help", "-h", "help", "--version", "-v"].includes(first)) {
    const [topic] = others;
    if (first !== "help" || topic === undefined)
      return { name: null, rest: argv };
    return { name: commandIn([topic]).name, rest: ["--help"] };
  }
  if (first.startsWith("-")) return { name: "serve", rest: argv };
  const name = FORMER_PATHS[first] ?? first;
  if (isCommandName(name)) return { name, rest: others };
  const close = closestTo(first, COMMAND_NAMES);
  throw new UsageError(
    `${quoted(first)} is not a command.${close === null ? ` Commands: ${COMMAND_NAMES.join(", ")}.` : ` Did you mean ${close}?`}`,
  );
}

/**
 * Parses the arguments of a command.
 *
 * @throws {UsageError} for an unknown option, a missing value or too many arguments
 */
export function parseCommandLine(
  name: CommandName,
  definition: Definition,
  argv: readonly string[],
): CommandLine {
  const known = ["help", "version", ...Object.keys(definition.options)];
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: {
      help: { type: "boolean", short: "h" },
      version: { type: "boolean", short: "v" },
      ...Object.fromEntries(
        Object.entries(definition.options).map(([option, { value }]) => [
          option,
          { type: value === undefined ? "boolean" : "string" } as const,
        ]),
      ),
    },
  });
  const fail = (message: string): never => {
    throw new UsageError(message, name);
  };
  const options: Record<string, string | true> = {};
  const args: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") args.push(token.value);
    if (token.kind !== "option") continue;
    const { name: option, rawName, value } = token;
    if (!known.includes(option)) {
      const close = closestTo(option, known);
      fail(
        `${quoted(rawName)} is not an option of ${name}.${close === null ? "" : ` Did you mean --${close}?`}`,
      );
    }
    const wanted = definition.options[option]?.value;
    if (wanted === undefined && value !== undefined) {
      fail(`--${option} takes no value.`);
    }
    if (wanted !== undefined && (value === undefined || value === "")) {
      fail(`--${option} requires a value: --${option} <${wanted}>.`);
    }
    const choices = wanted?.includes("|") === true ? wanted.split("|") : null;
    if (choices?.includes(String(value)) === false) {
      fail(`--${option} must be ${listOf(choices)}.`);
    }
    if (wanted !== undefined && options[option] !== undefined) {
      fail(`--${option} is given twice.`);
    }
    options[option] = value ?? true;
  }
  const wants =
    options["help"] === true
      ? "help"
      : options["version"] === true
        ? "version"
        : "run";
  const surplus = args[definition.maxArguments];
  if (wants === "run" && surplus !== undefined) {
    fail(`${quoted(surplus)} is an unexpected argument.`);
  }
  return { wants, options, args };
}

/** Words as a sentence lists them: `csv, json or yaml`. */
function listOf(words: readonly string[]): string {
  return [words.slice(0, -1).join(", "), words.at(-1)].join(" or ");
}

/** An argument as a message shows it: one line of limited length. */
function quoted(text: string): string {
  const visible = text.replace(/[^\x20-\x7e]/g, "?");
  return visible.length > 60 ? `${visible.slice(0, 60)}…` : visible;
}
