#!/usr/bin/env node
import { readFile } from "node:fs/promises";
import { parseArgs, type ParseArgsConfig } from "node:util";
import { runEmulator } from "../emulator/run-emulator.js";

const NAME = "message-contacts-emulator";

const HELP = `Usage: ${NAME} [--port N] [--host ADDRESS] [--names A,B]
       ${NAME} gateway [--port N] [--ops-port N] [--emulator-port N]

The first form runs the emulator, with sample contacts. The second form runs the
gateway on a new emulator, or on the upstream that its variables configure.

  --port N           port to listen on; 0 selects a free one
                     (default: 4010 for the emulator, 3000 for the gateway)
  --host ADDRESS     address to listen on (default: 127.0.0.1)
  --names A,B        host names that clients on other machines use
  --ops-port N       port of probes and metrics (default: 3001)
  --emulator-port N  port of the gateway's emulator (default: 4010)
  -h, --help         prints this text
  -v, --version      prints the version

Variables: EMULATOR_PORT, EMULATOR_HOST and EMULATOR_NAMES for the emulator; for the
gateway, all of its settings.
`;

/** Options of each form, and the variable that each option sets. */
const EMULATOR_OPTIONS = {
  port: "EMULATOR_PORT",
  host: "EMULATOR_HOST",
  names: "EMULATOR_NAMES",
};
const GATEWAY_OPTIONS = {
  port: "PORT",
  "ops-port": "OPS_PORT",
  "emulator-port": "EMULATOR_PORT",
};

async function main([first, ...rest]: readonly string[]): Promise<void> {
  const isGateway = first === "gateway";
  const variables: Readonly<Record<string, string>> = isGateway
    ? GATEWAY_OPTIONS
    : EMULATOR_OPTIONS;
  const { help, version, ...values } = parsed(
    isGateway || first === undefined ? rest : [first, ...rest],
    Object.keys(variables),
  );
  if (help === true) return print(HELP);
  if (version === true) return print(`${await ownVersion()}\n`);
  for (const [option, value] of Object.entries(values)) {
    process.env[variables[option] ?? option] = String(value);
  }
  if (!isGateway) return runEmulator(process.env, print);
  // The gateway reads its own arguments, and these are not for it.
  process.argv.length = 2;
  // Loaded on demand: the emulator does not need the gateway.
  await import("../main.js");
}

/** Option values. Prints the problem and ends the process with code 2 if an option is invalid. */
function parsed(
  args: string[],
  names: readonly string[],
): Record<string, unknown> {
  const options: ParseArgsConfig["options"] = {
    help: { type: "boolean", short: "h" },
    version: { type: "boolean", short: "v" },
  };
  for (const name of names) options[name] = { type: "string" };
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${message}\n\n${HELP}`);
    process.exit(2);
  }
}

async function ownVersion(): Promise<string> {
  const file = new URL("../package.json", import.meta.url);
  const { version } = JSON.parse(await readFile(file, "utf8")) as {
    version: string;
  };
  return version;
}

function print(text: string): void {
  process.stdout.write(text);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const message = error instanceof Error ? error.message : "Unknown error.";
  process.stderr.write(`${message}\n`);
  process.exit(1);
});
