import { runCommandLine } from "../../../src/commands/run-command.js";

/** Result of a command. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs `contacts` with these arguments, against the gateway of `GATEWAY_URL`.
 *
 * @param onOut called with each text that the command prints
 */
export async function contactsWith(
  onOut: (text: string) => void,
  ...args: string[]
): Promise<Ended> {
  const output = { out: "", err: "" };
  const code = await runCommandLine(
    ["contacts", ...args],
    () => Promise.reject(new Error("no gateway is to be started")),
    {
      out: (text) => {
        output.out += text;
        onOut(text);
      },
      err: (text) => (output.err += text),
    },
  );
  return { code, ...output };
}

/** Runs `contacts` with these arguments. */
export function contacts(...args: string[]): Promise<Ended> {
  return contactsWith(() => undefined, ...args);
}
