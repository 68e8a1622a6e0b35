import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Folder of these tools, relative to the compiled files. */
export const FOLDER = fileURLToPath(new URL("..", import.meta.url));
export const PROJECT = fileURLToPath(new URL("../../..", import.meta.url));

/** Exit code of a command, and its output. */
export interface Run {
  readonly code: number | null;
  readonly text: string;
}

/** Runs one of the tools. Resolves also when it fails. */
export function run(
  tool: string,
  args: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<Run> {
  const { cwd = FOLDER, env = {} } = options;
  const path = tool.includes("/") ? tool : `${FOLDER}node_modules/.bin/${tool}`;
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, {
      cwd,
      env: { ...process.env, REDOCLY_TELEMETRY: "off", CI: "1", ...env },
    });
    let text = "";
    child.stdout.on("data", (part: Buffer) => (text += part.toString()));
    child.stderr.on("data", (part: Buffer) => (text += part.toString()));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, text }));
  });
}
