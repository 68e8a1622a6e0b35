import { hasSignIn, type Config } from "../config/config.js";
import { newKey } from "../access/authenticator.js";
import { auditFileOf } from "../logging/audit.js";
import { graceMs } from "../config/time-limits.js";
import { LifeCycle } from "../logging/life-cycle.js";
import type { Logger } from "../logging/logger.js";
import { aggregateScrape } from "../observability/aggregate-metrics.js";
import { logFailuresOf } from "../observability/failures.js";
import { OpsServer } from "../observability/ops.server.js";
import { workerMetrics } from "../observability/worker-metrics.js";
import { Workers } from "./workers.js";

/** One or more gateways behind one port, with one operations port. */
export interface WorkerPool {
  readonly url: string;
  readonly opsUrl: string;
  readonly developmentKey: string | null;
  close(drainMs: number): Promise<void>;
  /** Records unfinished work before the process is killed. */
  recordUnfinished(): void | Promise<void>;
  /** Maximum time from the signal to the exit, in milliseconds. */
  readonly graceMs: number;
}

/** Workers are killed this long before the grace period of the primary process ends. */
export const AFTER_WORKERS_MS = 1_000;

/**
 * Starts `WEB_CONCURRENCY` workers and serves the operations port for them. It is
 * ready while one worker is ready, and alive unless no worker has been ready for a
 * minute. Metrics are aggregated over all workers.
 */
export async function runPrimary(
  config: Config,
  emulatorUrl: string | null,
  logger: Logger,
): Promise<WorkerPool> {
  const life = new LifeCycle(logger);
  const totalGraceMs = graceMs(config) + AFTER_WORKERS_MS;
  const developmentKey = hasSignIn(config) ? null : newKey();
  const workers = new Workers(
    config.WEB_CONCURRENCY,
    config.WORKER_HEARTBEAT_SECONDS,
    { emulatorUrl, developmentKey },
    logger,
  );
  if (auditFileOf(config) !== null) {
    process.on("SIGHUP", () => workers.reopenFiles());
  }
  const url = await workers.start();
  const counts = workerMetrics(() => workers.counts);
  const ops = await OpsServer.listen(
    config.HOST,
    config.OPS_PORT,
    () => ({
      isReady: workers.readyCount > 0 && !workers.areStopping,
      isAlive: workers.areAlive,
      facts: {
        workersReady: workers.readyCount,
        ...workers.failures,
        ...logFailuresOf(logger),
      },
    }),
    async () =>
      aggregateScrape([
        ...(await workers.metrics()),
        await counts.getMetricsAsJSON(),
      ]),
  );
  return {
    url,
    opsUrl: ops.url,
    developmentKey,
    close: async (drainMs) => {
      life.drain({ drainMs, graceMs: totalGraceMs });
      try {
        await workers.stop(drainMs);
        life.stop();
      } catch (error) {
        life.forceStop();
        throw error;
      } finally {
        await ops.close();
        logger.close();
      }
    },
    recordUnfinished: async () => {
      await workers.recordUnfinished();
      life.forceStop();
      logger.close();
    },
    graceMs: totalGraceMs,
  };
}
