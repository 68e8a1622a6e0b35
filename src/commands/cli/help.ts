import { SCOPES } from "../../context/caller.js";
import {
  COMMAND_NAMES,
  DEFINITIONS,
  type CommandName,
  type Definition,
} from "./definition.js";

const COMMON_OPTIONS = {
  help: { description: "print this help" },
  version: { description: "print the version" },
} as const;

/** Help of one command. */
export function helpOf(name: CommandName): string {
  const { usage, summary, actions, options, examples, exitCodes }: Definition =
    DEFINITIONS[name];
  const { npm, image } = callsOf(name);
  const listed = Object.entries({ ...options, ...COMMON_OPTIONS }).map(
    ([option, { value, description }]: [
      string,
      { value?: string; description: string },
    ]) =>
      [
        value === undefined ? `--${option}` : `--${option} <${value}>`,
        description,
      ] as const,
  );
  const scopes = "scopes" in options ? [`Scopes: ${SCOPES.join(", ")}`] : [];
  return sections([
    summary,
    `Usage:\n${usage.map((one) => `  ${join(npm, one)}`).join("\n")}`,
    `In the container image:\n${usage.map((one) => `  ${join(image, one)}`).join("\n")}`,
    ...(actions === undefined
      ? []
      : [`Actions:\n${columns(Object.entries(actions))}`]),
    `Options:\n${columns(listed)}`,
    ...scopes,
    `Examples:\n${examples.map(([args, sentence]) => `  ${join(npm, args)}\n      ${sentence}`).join("\n")}`,
    `Exit codes:\n${columns(Object.entries(exitCodes))}`,
  ]);
}

/** Help of the program: its commands. */
export function overview(): string {
  return sections([
    "GraphQL and REST gateway for the message contacts of an Alibaba Cloud resource directory.",
    "Usage:\n  npm start\n  npm run <command> -- [options]\n  docker run <image> [<command>] [options]",
    `Commands:\n${columns(COMMAND_NAMES.map((name) => [name, DEFINITIONS[name].summary]))}`,
    `Options:\n${columns(Object.entries(COMMON_OPTIONS).map(([name, { description }]) => [`--${name}`, description]))}`,
    "`<command> --help` prints the options, examples and exit codes of a command. Without a command, the gateway runs (serve). It is configured by environment variables: docs/configuration.md.",
  ]);
}

function callsOf(name: CommandName): { npm: string; image: string } {
  return name === "serve"
    ? { npm: "npm start", image: "docker run <image>" }
    : { npm: `npm run ${name}`, image: `docker run <image> ${name}` };
}

function join(call: string, args: string): string {
  if (args === "") return call;
  return call.startsWith("npm") ? `${call} -- ${args}` : `${call} ${args}`;
}

function sections(parts: readonly string[]): string {
  return `${parts.join("\n\n")}\n`;
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows
    .map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
    .join("\n");
}
