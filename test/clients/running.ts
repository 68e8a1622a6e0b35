import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A gateway process with an embedded emulator. */
export interface Gateway {
  readonly url: string;
  readonly socketUrl: string;
  /** URL of the emulator's control API. */
  readonly control: (path: string, body: object) => Promise<void>;
  readonly stop: () => Promise<void>;
}

const MAIN = fileURLToPath(
  new URL("../../../dist/bundle/main.js", import.meta.url),
);

/**
 * Starts the gateway as `npm start` does, on free ports.
 *
 * @param settings further environment variables
 */
export async function startGateway(
  settings: Readonly<Record<string, string>> = {},
): Promise<Gateway> {
  const process_ = spawn(process.execPath, [MAIN], {
    env: {
      ...process.env,
      PORT: "0",
      OPS_PORT: "0",
      READ_CACHE_MS: "0",
      UPSTREAM_CALLS_PER_SECOND: "0",
      LOG_LEVEL: "error",
      ...settings,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const printed = await printedUntil(process_, /Emulator .*\n/);
  const url = found(printed, /GraphQL +(http:\S+)\/graphql/);
  const emulator = found(printed, /Emulator +(http:\S+\/_emulator)/);
  return {
    url,
    socketUrl: url.replace("http", "ws"),
    control: async (path, body) => {
      const response = await fetch(`${emulator}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(await response.text());
    },
    stop: async () => {
      // Unlike SIGTERM, SIGINT does not wait for load balancers.
      process_.kill("SIGINT");
      if (process_.exitCode === null) await once(process_, "exit");
    },
  };
}

async function printedUntil(
  { stderr }: ChildProcess,
  pattern: RegExp,
): Promise<string> {
  let printed = "";
  if (stderr === null) throw new Error("nothing is printed");
  for await (const part of stderr) {
    printed += String(part);
    if (pattern.test(printed)) {
      // Continue to read, so that the pipe does not fill up.
      stderr.resume();
      return printed;
    }
  }
  throw new Error(`the gateway did not start: ${printed}`);
}

function found(text: string, pattern: RegExp): string {
  const value = pattern.exec(text)?.[1];
  if (value === undefined)
    throw new Error(`${String(pattern)} was not printed`);
  return value;
}

/** Contacts of the sample seed. */
export const TOM = "c-qL4HqKONzOM7aB3d";
export const MARTA = "c-p0SgA2eH6iUzD9Fm";
export const BEN = "c-r5IfC8dP0gNmZ4Ek";
export const UNKNOWN_ID = "c-neverExistedHere0";

/** A request as the client sent it. */
export interface SentRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: Readonly<Record<string, unknown>>;
}

/** `fetch` that records what a client sends. */
export function recordingFetch(): {
  readonly fetch: typeof fetch;
  readonly sent: SentRequest[];
} {
  const sent: SentRequest[] = [];
  return {
    sent,
    fetch: (input, init = {}) => {
      sent.push({
        method: init.method ?? "GET",
        url: new URL(String(input)),
        body: JSON.parse(
          typeof init.body === "string" ? init.body : "{}",
        ) as Record<string, unknown>,
      });
      return fetch(input, init);
    },
  };
}
