import { execFileSync, fork, spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { createServer, Socket } from "node:net";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Moves this process and its later children to all cores but the last, which is for the
 * servers.
 *
 * @returns the last core, or null if there is one core, or `taskset` is missing
 */
export function reserveCore() {
  const last = cpus().length - 1;
  const others = last > 1 ? `0-${last - 1}` : "0";
  try {
    if (last === 0) throw new Error("there is only one core");
    const { pid } = process;
    execFileSync("taskset", ["-a", "-p", "-c", others, String(pid)]);
    return last;
  } catch (error) {
    process.stderr.write(`servers are not pinned: ${error.message}\n`);
    return null;
  }
}

/** A child process that answers each message with one message. */
export class Helper {
  static async start(module) {
    const child = fork(new URL(module, import.meta.url));
    const [greeting] = await once(child, "message");
    return new Helper(child, greeting);
  }

  constructor(child, greeting) {
    this.child = child;
    this.greeting = greeting;
  }

  async ask(message) {
    this.child.send(message);
    const [answer] = await once(this.child, "message");
    return answer;
  }

  stop() {
    this.child.kill();
  }
}

/** A bench that fails must not leave servers behind. */
const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** A server under measurement, with the processes it starts itself. */
export class Server {
  /** @param core the only core that the server may use; null for all */
  static async start({ command, cwd, env }, port, core = null) {
    const pinned = core === null ? [] : ["taskset", "--cpu-list", String(core)];
    const [file, ...args] = [...pinned, ...command];
    const stdout = newPipe();
    const stderr = newPipe();
    const child = spawn(file, args, {
      cwd,
      env: { PATH: process.env.PATH, PORT: String(port), ...env },
      stdio: ["ignore", stdout.writer, stderr.writer],
    });
    closeSync(stdout.writer);
    closeSync(stderr.writer);
    const server = new Server(child, `http://127.0.0.1:${port}`);
    stdout.reader.resume();
    stderr.reader.on("data", (text) => {
      server.complaints = `${server.complaints}${text}`.slice(-4_000);
    });
    return server;
  }

  complaints = "";

  constructor(child, origin) {
    this.child = child;
    this.origin = origin;
    running.add(child);
  }

  /** CPU time of all threads and children so far, in microseconds. */
  cpuMicros() {
    return treeOf(this.child.pid).reduce((sum, pid) => sum + cpuOf(pid), 0);
  }

  /** Highest resident memory so far, in MiB. */
  peakMib() {
    return treeOf(this.child.pid).reduce((sum, pid) => {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      return sum + Number(/VmHWM:\s+(\d+)/.exec(status)[1]) / 1_024;
    }, 0);
  }

  async stop() {
    running.delete(this.child);
    if (this.child.exitCode !== null) return;
    const exit = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await exit;
  }
}

/**
 * A pipe, as a container runtime connects to the outputs of a process. `spawn` itself
 * connects sockets.
 */
function newPipe() {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const path = join(folder, "pipe");
  execFileSync("mkfifo", [path]);
  const { O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;
  const fd = openSync(path, O_RDONLY | O_NONBLOCK);
  const writer = openSync(path, O_WRONLY);
  rmSync(folder, { recursive: true });
  return { reader: new Socket({ fd, writable: false }), writer };
}

function treeOf(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return [pid, ...children.split(" ").filter(Boolean).flatMap(treeOf)];
}

/** The scheduler's own account of user and system time, to the nanosecond. */
function cpuOf(pid) {
  let nanos = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const account = readFileSync(
      `/proc/${pid}/task/${thread}/schedstat`,
      "utf8",
    );
    nanos += Number(account.split(" ")[0]);
  }
  return nanos / 1_000;
}

const given = new Set();

/** A free port that was not returned before. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  if (given.has(port)) return freePort();
  given.add(port);
  return port;
}
