import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isInstalled } from "./installed.js";
import { freePort } from "./redis-server.js";
import { until } from "./until.js";

/** Whether nginx, and openssl for its certificate, are installed. */
export function hasNginx(): boolean {
  return ["nginx", "openssl"].every((program) =>
    isInstalled(
      program,
      `apt-get install -y ${program} (Debian), brew install ${program} (macOS)`,
    ),
  );
}

/** A real nginx on free ports, without privileges, in a temporary folder. */
export class Nginx {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    /** Port of the HTTP server. */
    readonly port: number,
    /** Port of the HTTPS server, with a certificate that it signed itself. */
    readonly tlsPort: number,
  ) {}

  /**
   * @param locations directives of both servers
   * @param http directives outside the servers
   */
  static async start(locations: string, http = ""): Promise<Nginx> {
    const folder = mkdtempSync(join(tmpdir(), "gateway-nginx-"));
    const [port, tlsPort] = [await freePort(), await freePort()];
    makeCertificate(folder);
    const file = join(folder, "nginx.conf");
    writeFileSync(file, configuration(folder, port, tlsPort, locations, http));
    const child = spawn("nginx", ["-c", file, "-p", folder, "-e", "stderr"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let errors = "";
    child.stderr.on("data", (data: Buffer) => (errors += data.toString()));
    await until("nginx accepts connections", () => {
      if (child.exitCode !== null) throw new Error(`nginx exited: ${errors}`);
      return accepts(port);
    });
    return new Nginx(child, folder, port, tlsPort);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get tlsUrl(): string {
    return `https://localhost:${this.tlsPort}`;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      const exited = once(this.child, "exit");
      this.child.kill("SIGTERM");
      await exited;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function configuration(
  folder: string,
  port: number,
  tlsPort: number,
  locations: string,
  http: string,
): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr error;
events { worker_connections 8192; }
http {
  access_log off;
${temporary.map((name) => `  ${name}_temp_path ${folder}/${name};`).join("\n")}
${http}
  server {
    listen 127.0.0.1:${port};
${locations}
  }
  server {
    listen 127.0.0.1:${tlsPort} ssl;
    ssl_certificate ${folder}/certificate.pem;
    ssl_certificate_key ${folder}/key.pem;
${locations}
  }
}
`;
}

function makeCertificate(folder: string): void {
  const made = spawnSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt"],
      ...["ec_paramgen_curve:P-256", "-nodes", "-days", "2"],
      ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
      ...["-keyout", `${folder}/key.pem`, "-out", `${folder}/certificate.pem`],
    ],
    { encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(made.stderr);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
