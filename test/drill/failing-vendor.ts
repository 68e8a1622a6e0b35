import type { FaultInput } from "../../src/emulator/faults/faults.js";
import type { RequestSpec } from "../soak/load.js";
import type { Scene } from "./scene.js";
import { TOM } from "./scene.js";
import type { Step } from "./step.js";

/** Adds faults to the calls of the vendor; the result removes them. */
function withFaults(
  { emulator: { control } }: Scene,
  ...faults: readonly FaultInput[]
): () => Promise<void> {
  for (const fault of faults) control.addFault(fault);
  return () => {
    control.clearFaults();
    return Promise.resolve();
  };
}

/** Pages that differ, so that no read is shared. */
function page(count: number): RequestSpec {
  return {
    method: "GET",
    path: `/v1/message-contacts?pageSize=${1 + (count % 100)}&pageNumber=${1 + (Math.floor(count / 100) % 100)}`,
  };
}

function renaming(count: number): RequestSpec {
  return {
    method: "PATCH",
    path: `/v1/message-contacts/${TOM}`,
    body: JSON.stringify({ name: count % 2 === 0 ? "tom" : "jerry" }),
  };
}

/** Steps in which the vendor fails or is slow. */
export const FAILING_VENDOR: readonly Step[] = [
  {
    title: "The vendor does not respond (connections stay open)",
    alerts: [
      "MessageContactsRequestsFail",
      "MessageContactsBreakerOpen",
      "MessageContactsOutcomesUnknown",
    ],
    seconds: 30,
    run: (scene) =>
      // Half of the changes are executed although nobody gets the response.
      Promise.resolve(
        withFaults(
          scene,
          { effect: "hang", when: "after", probability: 0.5 },
          { effect: "hang", probability: 1 },
        ),
      ),
  },
  {
    title: "The vendor refuses connections",
    alerts: ["MessageContactsRequestsFail", "MessageContactsBreakerOpen"],
    run: async ({ vendor }) => {
      await vendor.refuse();
      return () => vendor.accept();
    },
  },
  {
    title: "The vendor rejects the access key",
    alerts: ["MessageContactsDenied", "MessageContactsRequestsFail"],
    run: (scene) =>
      Promise.resolve(
        withFaults(scene, {
          effect: "error",
          code: "NoPermission",
          probability: 1,
        }),
      ),
  },
  {
    title: "The vendor throttles 20 % of the calls and resets 20 %",
    alerts: ["MessageContactsThrottled", "MessageContactsRepeats"],
    run: (scene) =>
      Promise.resolve(
        withFaults(
          scene,
          { effect: "throttle", probability: 0.2 },
          { effect: "reset", probability: 0.25 },
        ),
      ),
  },
  {
    title: "The vendor takes 4 s per call, and 1,200 more users read",
    alerts: ["MessageContactsOverloaded", "MessageContactsReadsWait"],
    run: (scene) => {
      const heal = withFaults(scene, {
        effect: "delay",
        ms: 4_000,
        probability: 1,
      });
      const disperse = scene.users.crowd("reads", 1_200, page);
      return Promise.resolve(async () => {
        await heal();
        await disperse();
      });
    },
  },
  {
    title: "The vendor takes 3 s per change, and 140 more users make changes",
    alerts: ["MessageContactsWritesWait", "MessageContactsSlow"],
    run: (scene) => {
      const heal = withFaults(scene, {
        effect: "delay",
        ms: 3_000,
        probability: 1,
        operation: "UpdateMessageContact",
      });
      const disperse = scene.users.crowd("changes", 140, renaming);
      return Promise.resolve(async () => {
        await heal();
        await disperse();
      });
    },
  },
];
