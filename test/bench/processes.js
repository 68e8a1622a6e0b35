import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";

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
  static async start({ command, cwd, env }, port) {
    const [file, ...args] = command;
    const child = spawn(file, args, {
      cwd,
      env: { PATH: process.env.PATH, PORT: String(port), ...env },
      // As under a container's runtime: the log goes through a pipe.
      stdio: ["ignore", "pipe", "pipe"],
    });
    const server = new Server(child, `http://127.0.0.1:${port}`);
    child.stdout.resume();
    child.stderr.on("data", (text) => {
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
