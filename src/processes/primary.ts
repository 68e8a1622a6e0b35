import { hasSignIn, type Config } from "../config/config.js";
import { newKey } from "../access/sign-in.js";
import { auditFileOf } from "../logging/audit.js";
import { Logger } from "../logging/logger.js";
import type { Scrape } from "../observability/observability.js";
import { logTroubleOf } from "../observability/trouble.js";
import { OpsServer } from "../ops/ops.server.js";
import { Workers } from "./workers.js";

/** One gateway or several behind one port, and one port of probes for them. */
export interface Fleet {
  readonly url: string;
  readonly opsUrl: string;
  readonly developmentKey: string | null;
  close(drainMs: number): Promise<void>;
}

/**
 * Starts `WEB_CONCURRENCY` workers and speaks for them: ready as long as one of
 * them is, with the sum of what they count.
 */
export async function runPrimary(
  config: Config,
  emulatorUrl: string | null,
): Promise<Fleet> {
  const logger = new Logger(config);
  const developmentKey = hasSignIn(config) ? null : newKey();
  const workers = new Workers(
    config.WEB_CONCURRENCY,
    { emulatorUrl, developmentKey },
    logger,
  );
  if (auditFileOf(config) !== null) {
    process.on("SIGHUP", () => workers.reopenFiles());
  }
  const url = await workers.start();
  const ops = await OpsServer.listen(
    config.HOST,
    config.OPS_PORT,
    () => ({
      isReady: workers.readyCount > 0 && !workers.areEnding,
      facts: {
        workersReady: workers.readyCount,
        ...workers.trouble,
        ...logTroubleOf(logger),
      },
    }),
    () => scrape(workers),
  );
  return {
    url,
    opsUrl: ops.url,
    developmentKey,
    close: async (drainMs) => {
      await workers.end(drainMs);
      await ops.close();
      logger.close();
    },
  };
}

async function scrape(workers: Workers): Promise<Scrape> {
  const { sumOf } = await import("../observability/exposition.js");
  return sumOf(await workers.counts());
}
