import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isInstalled } from "./installed.js";
import { freePort } from "./redis-server.js";
import { until } from "./until.js";

/** Whether nginx is installed. */
export function hasNginx(): boolean {
  return isInstalled(
    "nginx",
    "apt-get install -y nginx (Debian), brew install nginx (macOS)",
  );
}

/** A real nginx with its default settings, on a free port. */
export class Nginx {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly url: string,
  ) {}

  /** Starts nginx with this content of `http` and of its only `server`. */
  static async start(http: string, server: string): Promise<Nginx> {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), "nginx-"));
    const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((name) => `${name}_temp_path ${folder}/${name};`)
      .join(" ");
    writeFileSync(
      join(folder, "nginx.conf"),
      `daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events {}
http { access_log off; ${paths} ${http} server { listen 127.0.0.1:${port}; ${server} } }
`,
    );
    const child = spawn(
      "nginx",
      ["-e", `${folder}/error.log`, "-p", folder, "-c", "nginx.conf"],
      {
        stdio: "ignore",
      },
    );
    await until("nginx listens", () => accepts(port));
    return new Nginx(child, folder, `http://127.0.0.1:${port}`);
  }

  async stop(): Promise<void> {
    const exited = once(this.child, "exit");
    this.child.kill("SIGTERM");
    await exited;
    rmSync(this.folder, { recursive: true });
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}
