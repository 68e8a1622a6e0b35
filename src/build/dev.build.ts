import { fork, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, watch } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { constants, setPriority } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const CONFIG = `${ROOT}test/tsconfig.build.json`;
const TSC = `${ROOT}node_modules/typescript/bin/tsc`;
const STANDBY = fileURLToPath(new URL("dev.standby.js", import.meta.url));

/** Editors save a file in several steps. Changes within this time are handled together. */
const SETTLE_MS = 50;

/** A gateway that does not exit within this time is killed. */
const EXIT_TIMEOUT_MS = 2_000;

/** Files for the browser are bundled separately. */
const isPageAsset = (path: string): boolean =>
  path.startsWith("pages/browser/") || path.startsWith("pages/examples/");

/**
 * The development server: runs the built gateway and restarts it when a file of
 * `src` changes. Changed files are compiled one by one, without a type check, and the
 * next process has its packages loaded, so that a restart takes about a second. A
 * compiler in the background reports type errors.
 */
class DevServer {
  private readonly changed = new Set<string>();
  private gateway: ChildProcess | null = null;
  private standby = startStandby();
  private timer: NodeJS.Timeout | undefined;
  private isBusy = false;
  private isStopped = false;

  constructor(private readonly options: ts.CompilerOptions) {}

  start(): void {
    this.startGateway();
    watchSources((path) => {
      this.changed.add(path);
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.update(), SETTLE_MS);
    });
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.standby.kill();
    await this.stopGateway();
  }

  private async update(): Promise<void> {
    // A change during an update is handled after it.
    if (this.isBusy || this.changed.size === 0) return;
    this.isBusy = true;
    const paths = [...this.changed];
    this.changed.clear();
    const sources = paths.filter((path) => !isPageAsset(path));
    await Promise.all(sources.map((path) => this.compile(path)));
    if (sources.length < paths.length) await run("dist/build/assets.build.js");
    process.stderr.write(`\nChanged: ${paths.join(", ")}. Restarting.\n`);
    await this.stopGateway();
    this.startGateway();
    this.isBusy = false;
    await this.update();
  }

  /** Compiles one file, or removes the output of a file that was deleted. */
  private async compile(path: string): Promise<void> {
    const to = `${ROOT}dist/${path.replace(/\.ts$/, ".js")}`;
    // Otherwise the next build would take these files for its own output.
    await rm(`${ROOT}dist/.tsbuildinfo`, { force: true });
    await rm(`${ROOT}dist/.stamp`, { force: true });
    const text = await readFile(`${ROOT}src/${path}`, "utf8").catch(() => null);
    if (text === null) return rm(to, { force: true });
    const { outputText } = ts.transpileModule(text, {
      fileName: `${ROOT}src/${path}`,
      compilerOptions: {
        ...this.options,
        // Without the package's type, a single file would be compiled to CommonJS.
        module: ts.ModuleKind.ESNext,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
        inlineSourceMap: true,
        sourceMap: false,
      },
    });
    await mkdir(dirname(to), { recursive: true });
    await writeFile(to, outputText);
  }

  private startGateway(): void {
    if (this.isStopped) return;
    this.gateway = this.standby;
    this.gateway.send("start");
    this.standby = startStandby();
  }

  private async stopGateway(): Promise<void> {
    const { gateway } = this;
    if (gateway === null || hasEnded(gateway)) return;
    const ended = once(gateway, "exit");
    // Unlike SIGTERM, SIGINT skips the drain phase for load balancers.
    gateway.kill("SIGINT");
    const timer = setTimeout(() => gateway.kill("SIGKILL"), EXIT_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
  }
}

/**
 * Calls back with the path of each changed source, relative to `src`. The folders above
 * installed packages are watched one by one, so that the packages are not.
 */
function watchSources(onChange: (path: string) => void): void {
  const watchTree = (folder: string): void => {
    const hasPackages = "pages/browser/".startsWith(folder);
    watch(`${ROOT}src/${folder}`, { recursive: !hasPackages }, (_, name) => {
      if (name === null) return;
      const path = folder + name;
      if (path.endsWith(".ts") || isPageAsset(path)) onChange(path);
    });
    if (!hasPackages) return;
    const entries = readdirSync(`${ROOT}src/${folder}`, {
      withFileTypes: true,
    });
    for (const entry of entries) {
      if (entry.isDirectory() && entry.name !== "node_modules") {
        watchTree(`${folder}${entry.name}/`);
      }
    }
  };
  watchTree("");
}

function startStandby(): ChildProcess {
  return fork(STANDBY, { cwd: ROOT, execArgv: ["--enable-source-maps"] });
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

async function run(script: string): Promise<void> {
  const child = spawn(process.execPath, [script], {
    cwd: ROOT,
    stdio: "inherit",
  });
  await once(child, "exit");
}

/** Compiler options of the build. */
function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(CONFIG, (path) =>
    ts.sys.readFile(path),
  ) as { config: unknown };
  return ts.parseJsonConfigFileContent(config, ts.sys, dirname(CONFIG)).options;
}

/** Reports type errors, at a lower priority than the gateway. */
function startChecker(): ChildProcess {
  const checker = spawn(
    process.execPath,
    [
      ...[TSC, "-p", CONFIG, "--noEmit", "--watch", "--preserveWatchOutput"],
      // In the file of the build, the next build would skip these sources.
      ...["--tsBuildInfoFile", `${ROOT}node_modules/.cache/dev.tsbuildinfo`],
    ],
    { cwd: ROOT, stdio: "inherit" },
  );
  if (checker.pid !== undefined) {
    setPriority(checker.pid, constants.priority.PRIORITY_LOW);
  }
  return checker;
}

const server = new DevServer(compilerOptions());
const checker = startChecker();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    checker.kill();
    void server.stop().then(() => process.exit(0));
  });
}
server.start();
