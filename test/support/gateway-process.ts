import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { until } from "./until.js";

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Builds the gateway in a separate folder, so that neither `dist` nor another
 * test is affected. Takes seconds the first time, less afterwards.
 *
 * @returns path of the program's entry
 */
export function buildGateway(): string {
  const worker = process.env["JEST_WORKER_ID"] ?? "0";
  const folder = `${ROOT}node_modules/.cache/gateway-${worker}`;
  const dist = `${folder}/dist`;
  mkdirSync(dist, { recursive: true });
  copyFileSync(`${ROOT}package.json`, `${folder}/package.json`);
  run(
    `${ROOT}node_modules/typescript/bin/tsc`,
    ...["-p", `${ROOT}test/tsconfig.build.json`],
    ...["--outDir", dist],
    ...["--tsBuildInfoFile", `${dist}/.tsbuildinfo`],
  );
  run(`${dist}/build/bundle.build.js`);
  return `${dist}/bundle/main.js`;
}

function run(...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: "utf8",
  });
  if (status !== 0) {
    throw new Error(`The gateway cannot be built:\n${stdout}${stderr}`);
  }
}

/** A gateway process, started as operators start it. */
export class GatewayProcess {
  readonly ended: Promise<ProcessEnd>;
  private text = "";
  private log = "";

  private constructor(private readonly child: ChildProcess) {
    child.stderr?.on("data", (data: Buffer) => (this.text += data.toString()));
    child.stdout?.on("data", (data: Buffer) => (this.log += data.toString()));
    this.ended = new Promise((resolve) => {
      child.once("exit", (code, signal) => resolve({ code, signal }));
    });
  }

  /**
   * Resolves when the gateway responds. `environment` adds to the defaults; nothing else
   * is passed on.
   *
   * @param stdout descriptor of its standard output in place of a pipe
   */
  static async start(
    entry: string,
    environment: Readonly<Record<string, string>>,
    stdout: "pipe" | number = "pipe",
  ): Promise<GatewayProcess> {
    const gateway = new GatewayProcess(
      spawn(process.execPath, [entry], {
        env: {
          PATH: process.env["PATH"],
          PORT: "0",
          OPS_PORT: "0",
          LOG_LEVEL: "warn",
          // Most tests count calls, or change the vendor's state behind the gateway.
          READ_CACHE_MS: "0",
          UPSTREAM_CALLS_PER_SECOND: "0",
          ALIBABA_CLOUD_ACCESS_KEY_ID: "testid",
          ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
          ...environment,
        },
        stdio: ["ignore", stdout, "pipe"],
      }),
    );
    await until(
      "the gateway starts",
      () => {
        if (gateway.child.exitCode !== null) throw new Error(gateway.text);
        return gateway.text.includes("/readyz");
      },
      60_000,
    );
    return gateway;
  }

  get url(): string {
    return this.printed(/GraphQL +(\S+)\/graphql/);
  }

  get opsUrl(): string {
    return this.printed(/(\S+)\/livez/);
  }

  get developmentKey(): string {
    return this.printed(/API key +(\S+)/);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Process ids of its workers; empty if it has none. */
  workers(): number[] {
    const { stdout } = spawnSync("pgrep", ["-P", String(this.pid)], {
      encoding: "utf8",
    });
    return stdout.split("\n").filter(Boolean).map(Number);
  }

  /** Standard error so far. */
  get errors(): string {
    return this.text;
  }

  /** Log entries so far, one JSON object per line. */
  get output(): string {
    return this.log;
  }

  /** Text written to standard error so far. */
  get errorOutput(): string {
    return this.text;
  }

  /** Closes the reading end, so that the next write fails with EPIPE. */
  hangUp(stream: "stdout" | "stderr"): void {
    this.child[stream]?.destroy();
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  send(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async kill(): Promise<void> {
    this.send("SIGKILL");
    await this.ended;
  }

  private printed(pattern: RegExp): string {
    const [, found] = pattern.exec(this.text) ?? [];
    if (found === undefined) throw new Error("the gateway printed no address");
    return found;
  }
}
