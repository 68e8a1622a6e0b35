import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "../../src/config/read-config.js";
import { startGateway, type ProbedGateway } from "../../src/gateway.js";
import { environmentFor } from "./running.js";

/** A gateway in front of several endpoints. */
export interface DirectoriesGateway {
  readonly gateway: ProbedGateway;
  stop(): Promise<void>;
}

/**
 * Starts one gateway that serves several directories. Cases that run in parallel
 * use one directory each: queues, breakers and known deletions are separate, and
 * one gateway starts faster than one for each case.
 *
 * @param endpoints alias of each directory and the URL of its upstream
 * @param environment adds to the gateway's environment or changes it
 */
export async function startForDirectories(
  endpoints: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<DirectoriesGateway> {
  const folder = await mkdtemp(join(tmpdir(), "directories-"));
  const file = join(folder, "directories.json");
  const credentials = {
    accessKeyId: "ALIBABA_CLOUD_ACCESS_KEY_ID",
    accessKeySecret: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
  };
  const directories = Object.fromEntries(
    Object.entries(endpoints).map(([alias, endpoint]) => [
      alias,
      { endpoint, credentials },
    ]),
  );
  await writeFile(file, JSON.stringify({ directories }));
  const { UPSTREAM_ENDPOINT: _, ...common } = environmentFor("unused");
  const gateway = await startGateway(
    readConfig({ ...common, DIRECTORIES_FILE: file, ...environment }),
  );
  return {
    gateway,
    stop: async () => {
      await gateway.close();
      await rm(folder, { recursive: true });
    },
  };
}
