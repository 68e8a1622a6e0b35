import { runCommandLine } from "../../../src/commands/run-command.js";
import type { Terminal } from "../../../src/commands/cli/terminal.js";

/** Result of a command. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** What a command sees besides its arguments. */
export interface Surroundings {
  /** Called with each text that the command prints. */
  readonly onOut?: (text: string) => void;
  /** Standard error, if it may be a terminal. */
  readonly terminal?: Terminal;
}

/**
 * Runs `contacts` with these arguments, with the variables of this process: against the
 * gateway of `GATEWAY_URL`, or directly.
 */
export async function contactsIn(
  { onOut, terminal }: Surroundings,
  ...args: string[]
): Promise<Ended> {
  const output = { out: "", err: "" };
  const code = await runCommandLine(
    ["contacts", ...args],
    () => Promise.reject(new Error("no gateway is to be started")),
    {
      out: (text) => {
        output.out += text;
        onOut?.(text);
      },
      err: (text) => (output.err += text),
      ...(terminal === undefined ? {} : { terminal }),
    },
  );
  return { code, ...output };
}

/** Runs `contacts` with these arguments. */
export function contacts(...args: string[]): Promise<Ended> {
  return contactsIn({}, ...args);
}
