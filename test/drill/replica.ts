import { GatewayProcess } from "../support/gateway-process.js";
import { freePort } from "../support/redis-server.js";

/** One line of the log of a gateway, with the fields that the drill reads. */
export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly cause?: string;
  readonly outcome?: string;
  readonly code?: string;
}

/** A pod of the drill: a gateway on fixed ports that can be stopped and started again. */
export class Replica {
  private readonly ended: string[] = [];
  private process: GatewayProcess | null = null;
  private readUpTo = 0;

  private constructor(
    readonly name: string,
    private readonly entry: string,
    private readonly environment: Readonly<Record<string, string>>,
    readonly port: number,
    private readonly opsPort: number,
  ) {}

  /** Starts a gateway; `environment` adds to the settings of the delivered manifests. */
  static async start(
    name: string,
    entry: string,
    environment: Readonly<Record<string, string>>,
  ): Promise<Replica> {
    const [port, opsPort] = [await freePort(), await freePort()];
    const replica = new Replica(name, entry, environment, port, opsPort);
    await replica.start();
    return replica;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get opsUrl(): string {
    return `http://${this.opsAddress}`;
  }

  /** Host and port of the metrics. */
  get opsAddress(): string {
    return `127.0.0.1:${this.opsPort}`;
  }

  /** Process ids of its workers. */
  get workers(): readonly number[] {
    return this.process?.workers() ?? [];
  }

  async start(): Promise<void> {
    this.process = await GatewayProcess.start(this.entry, {
      ...this.environment,
      PORT: String(this.port),
      OPS_PORT: String(this.opsPort),
    });
  }

  send(signal: NodeJS.Signals): void {
    this.process?.send(signal);
  }

  /** Stops it as Kubernetes does, and resolves with its exit code. */
  async stop(): Promise<number | null> {
    this.send("SIGTERM");
    const end = await this.process?.ended;
    this.keepLog();
    return end?.code ?? null;
  }

  async kill(): Promise<void> {
    if (this.process?.hasEnded === false) await this.process.kill();
    this.keepLog();
  }

  /** Complete lines of the log that were not returned before. */
  newLines(): readonly LogLine[] {
    const text = [...this.ended, this.process?.output ?? ""].join("");
    const end = text.lastIndexOf("\n") + 1;
    const lines = text.slice(this.readUpTo, end).split("\n").filter(Boolean);
    this.readUpTo = end;
    return lines.map((line) => JSON.parse(line) as LogLine);
  }

  private keepLog(): void {
    if (this.process === null) return;
    // A process that is killed may leave half a line.
    this.ended.push(this.process.output.replace(/[^\n]+$/, ""));
    this.process = null;
  }
}
