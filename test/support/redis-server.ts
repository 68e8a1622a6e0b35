import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, connect, type AddressInfo } from "node:net";
import { isInstalled } from "./installed.js";
import { until } from "./until.js";

/** Whether redis-server is installed. */
export function hasRedisServer(): boolean {
  return isInstalled(
    "redis-server",
    "apt-get install -y redis-server (Debian), brew install redis (macOS)",
  );
}

/** A real Redis on a free port. After a kill it restarts without data. */
export class RedisServer {
  private child: ChildProcess;

  private constructor(
    readonly port: number,
    private readonly args: readonly string[],
  ) {
    this.child = this.spawn();
  }

  /**
   * Resolves when the server answers.
   *
   * @param args further arguments of redis-server
   */
  static async start(...args: string[]): Promise<RedisServer> {
    return RedisServer.startAt(await freePort(), ...args);
  }

  static async startAt(port: number, ...args: string[]): Promise<RedisServer> {
    const server = new RedisServer(port, args);
    await server.isAnswering();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Kills the process; no data is saved. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await exited;
  }

  async restart(): Promise<void> {
    await this.kill();
    this.child = this.spawn();
    await this.isAnswering();
  }

  /** Suspends the process until `thaw`; its connections stay open. */
  freeze(): void {
    this.child.kill("SIGSTOP");
  }

  thaw(): void {
    this.child.kill("SIGCONT");
  }

  private spawn(): ChildProcess {
    const options = `--port ${this.port} --bind 127.0.0.1 --appendonly no --daemonize no --loglevel warning`;
    return spawn(
      "redis-server",
      [
        ...[...options.split(" "), "--save", ""],
        // Otherwise a replica writes the data of its primary into the working directory.
        ...["--repl-diskless-load", "swapdb"],
        ...this.args,
      ],
      { stdio: "ignore" },
    );
  }

  private async isAnswering(): Promise<void> {
    await until("redis-server answers", () => pings(this.port));
  }
}

/** Whether a Redis answers at a port, if only that a password is required. */
export function pings(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
    socket.once("data", (data) => {
      socket.destroy();
      resolve(/^(?:\+PONG|-NOAUTH)/.test(data.toString()));
    });
    socket.once("error", () => resolve(false));
  });
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
