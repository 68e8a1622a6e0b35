import type { Config } from "../../config/config.js";
import { agreedSettings } from "../../shared-state/agreed-settings.js";
import {
  registeredReplicas,
  type RegisteredReplica,
} from "../../shared-state/redis/replica-registry.js";
import type { SharedStore } from "../../shared-state/shared-store.js";
import type { CheckResult } from "../check-result.js";

/** Compares the settings with those of the replicas that run on the same Redis. */
export async function checkAgreement(
  store: Pick<SharedStore, "run">,
  config: Config,
): Promise<CheckResult[]> {
  const replicas = await registeredReplicas(store);
  if (replicas.length === 0) return [];
  const versions = [...new Set(replicas.map(({ version }) => version))].sort();
  const running = `${replicas.length} ${replicas.length === 1 ? "process runs" : "processes run"} on this Redis (version ${versions.join(", ")})`;
  const differing = differences(agreedSettings(config), replicas);
  if (differing.length === 0) {
    return [
      {
        level: "ok",
        subject: "replicas",
        sentence: `${running}, with the same settings where they must agree.`,
      },
    ];
  }
  return [
    {
      level: "fail",
      subject: "replicas",
      sentence: `${running}, with other values of ${differing.join(", ")}.`,
      advice:
        "Give all replicas the same values. During a change of settings, this is expected until all replicas have been replaced.",
    },
  ];
}

/** Names of settings that a replica has with another value; unknown names are ignored. */
function differences(
  own: Readonly<Record<string, string>>,
  replicas: readonly RegisteredReplica[],
): string[] {
  return Object.entries(own)
    .filter(([name, digest]) =>
      replicas.some(
        ({ settings }) =>
          settings[name] !== undefined && settings[name] !== digest,
      ),
    )
    .map(([name]) => name);
}
