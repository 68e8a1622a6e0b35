import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../support/redis-server.js";
import { until } from "../support/until.js";
import { PODS, type PodLabels } from "./manifests.js";
import type { shortenedRules } from "./rules.js";

/** How often Prometheus scrapes and evaluates. */
const INTERVAL = "1s";

/** Time between two looks at the active alerts, in milliseconds. */
const POLL_MS = 250;

/** One firing of an alert; several series of one alert at the same time are one firing. */
export interface Firing {
  readonly alert: string;
  readonly firedAtMs: number;
  /** Null while it fires. */
  resolvedAtMs: number | null;
}

interface ActiveAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly state: "pending" | "firing";
}

/** A real Prometheus on a free port, with the labels that the PodMonitor produces. */
export class Prometheus {
  /** All firings so far, in order. */
  readonly firings: Firing[] = [];
  private readonly targets = new Map<string, string>();
  private readonly timer: NodeJS.Timeout;

  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly url: string,
  ) {
    this.timer = setInterval(() => {
      void this.look().catch(() => undefined);
    }, POLL_MS);
  }

  /** @param folder an existing folder for its files */
  static async start(
    folder: string,
    rules: ReturnType<typeof shortenedRules>,
  ): Promise<Prometheus> {
    const port = await freePort();
    // YAML is a superset of JSON.
    writeFileSync(join(folder, "rules.yaml"), JSON.stringify(rules));
    writeFileSync(join(folder, "targets.json"), "[]");
    writeFileSync(
      join(folder, "prometheus.yaml"),
      JSON.stringify({
        global: {
          scrape_interval: INTERVAL,
          scrape_timeout: INTERVAL,
          evaluation_interval: INTERVAL,
        },
        rule_files: ["rules.yaml"],
        scrape_configs: [
          {
            job_name: PODS.job,
            file_sd_configs: [
              { files: ["targets.json"], refresh_interval: INTERVAL },
            ],
          },
        ],
      }),
    );
    const child = spawn(
      "prometheus",
      [
        `--config.file=${join(folder, "prometheus.yaml")}`,
        `--storage.tsdb.path=${join(folder, "data")}`,
        `--web.listen-address=127.0.0.1:${port}`,
        "--log.level=error",
      ],
      { cwd: folder, stdio: ["ignore", "ignore", "inherit"] },
    );
    const url = `http://127.0.0.1:${port}`;
    await until("Prometheus is ready", async () => {
      if (child.exitCode !== null) throw new Error("Prometheus exited");
      const response = await fetch(`${url}/-/ready`).catch(() => null);
      return response?.ok === true;
    });
    return new Prometheus(child, folder, url);
  }

  /** Names of the alerts that fire now. */
  get firing(): readonly string[] {
    return this.firings
      .filter(({ resolvedAtMs }) => resolvedAtMs === null)
      .map(({ alert }) => alert);
  }

  /** Scrapes a pod; resolves once it has been scraped. */
  async add(pod: string, address: string): Promise<void> {
    this.targets.set(pod, address);
    this.writeTargets();
    await until(
      `Prometheus scrapes ${pod}`,
      async () => (await this.healthOf(address)) === "up",
    );
  }

  /** Stops scraping a pod, as after its deletion; resolves once that is done. */
  async remove(pod: string): Promise<void> {
    const address = this.targets.get(pod);
    if (address === undefined) return;
    this.targets.delete(pod);
    this.writeTargets();
    await until(
      `Prometheus forgets ${pod}`,
      async () => (await this.healthOf(address)) === null,
    );
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    if (this.child.exitCode !== null) return;
    const exited = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await exited;
  }

  private async look(): Promise<void> {
    const { alerts } = (await this.api("alerts")) as { alerts: ActiveAlert[] };
    const now = performance.now();
    const names = new Set(
      alerts
        .filter(({ state }) => state === "firing")
        .map(({ labels }) => labels["alertname"] ?? ""),
    );
    for (const firing of this.firings) {
      if (firing.resolvedAtMs !== null || names.delete(firing.alert)) continue;
      firing.resolvedAtMs = now;
    }
    for (const alert of names) {
      this.firings.push({ alert, firedAtMs: now, resolvedAtMs: null });
    }
  }

  /** Health of a target: `up`, `down` or `unknown`; null if there is no such target. */
  private async healthOf(address: string): Promise<string | null> {
    const { activeTargets } = (await this.api("targets?state=active")) as {
      activeTargets: { scrapeUrl: string; health: string }[];
    };
    const url = `http://${address}/metrics`;
    return (
      activeTargets.find(({ scrapeUrl }) => scrapeUrl === url)?.health ?? null
    );
  }

  private async api(path: string): Promise<unknown> {
    const response = await fetch(`${this.url}/api/v1/${path}`);
    const { data } = (await response.json()) as { data: unknown };
    return data;
  }

  private writeTargets(): void {
    const groups = [...this.targets].map(([pod, address]) => {
      const labels: PodLabels = PODS.labelsOf(pod);
      return { targets: [address], labels };
    });
    // A rename, because Prometheus reads the file as soon as it changes.
    const file = join(this.folder, "targets.json");
    writeFileSync(`${file}.new`, JSON.stringify(groups));
    renameSync(`${file}.new`, file);
  }
}
