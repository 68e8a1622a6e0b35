import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The folder of these tools, from where they were compiled to. */
export const FOLDER = fileURLToPath(new URL("..", import.meta.url));
export const PROJECT = fileURLToPath(new URL("../../..", import.meta.url));

/** How a command ended, and all that it said. */
export interface Run {
  readonly code: number | null;
  readonly text: string;
}

/** Runs one of this folder's tools; resolves however it ends. */
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
