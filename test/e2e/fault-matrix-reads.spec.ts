import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  FEATURES,
  kindOf,
  type Feature,
} from "../../src/access/rights/features.js";
import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import type { FaultInput } from "../../src/emulator/faults/faults.js";
import {
  startForDirectories,
  type DirectoriesGateway,
} from "../support/directories.js";
import { FAULTS, SHORT_LIMITS } from "../support/features/faults.js";
import {
  askFeature,
  FEATURE_CALLS,
  FEATURE_SEED,
  type FeatureCall,
} from "../support/features/feature-calls.js";

/** Faults that last, and the codes in which a report may end. */
const LASTING: readonly (readonly [FaultInput, readonly string[]])[] = [
  [{ effect: "error", code: "NoPermission" }, ["UPSTREAM_DENIED"]],
  [{ effect: "wrongShape" }, ["UPSTREAM_UNAVAILABLE"]],
  [{ effect: "emptyObject" }, ["UPSTREAM_UNAVAILABLE"]],
  [
    { effect: "error", code: "Throttling.User" },
    ["UPSTREAM_THROTTLED", "UPSTREAM_UNAVAILABLE"],
  ],
];

/** Directories of one emulator for single faults. Each has its own breaker. */
const DIRECTORIES_EACH = 13;

/** Further directories, one for each lasting fault of each call. */
const MAX_CALLS = 4;

interface Case {
  readonly title: string;
  readonly call: FeatureCall;
  readonly aliases: readonly string[];
  /** By fault and position of the call. */
  readonly lastingAliases: readonly (readonly string[])[];
}

const names = (Object.keys(FEATURES) as Feature[]).filter(
  (feature) => kindOf(feature) === "read",
);

const cases: readonly Case[] = names.flatMap((feature, row) =>
  // A feature without a row does not compile, and fails here.
  FEATURE_CALLS[feature].map((call, at) => {
    const alias = (kind: string, index: number): string =>
      `read${row}-${at}-${kind}${index}`;
    return {
      title: `${feature} by ${call.label}`,
      call,
      aliases: Array.from({ length: DIRECTORIES_EACH }, (_, index) =>
        alias("once", index),
      ),
      lastingAliases: LASTING.map((_, fault) =>
        Array.from({ length: MAX_CALLS }, (__, position) =>
          alias("always", fault * MAX_CALLS + position),
        ),
      ),
    };
  }),
);

describe("reports of the whole directory", () => {
  const emulators = new Map<string, RunningEmulator>();
  let running: DirectoriesGateway;

  beforeAll(async () => {
    for (const { title } of cases) {
      emulators.set(title, await startEmulator({ seed: FEATURE_SEED }));
    }
    running = await startForDirectories(
      Object.fromEntries(
        cases.flatMap(({ title, aliases, lastingAliases }) =>
          [...aliases, ...lastingAliases.flat()].map((alias) => [
            alias,
            emulators.get(title)?.url ?? "",
          ]),
        ),
      ),
      // A report needs several calls, and each case its turn on a busy machine.
      { ...SHORT_LIMITS, READ_ATTEMPT_MS: "1500", READ_DEADLINE_MS: "8000" },
    );
  }, 60_000);

  afterAll(async () => {
    // First the emulators: they must not outlive a gateway that did not start.
    await Promise.all([...emulators.values()].map((one) => one.stop()));
    await running.stop();
  });

  const emulatorOf = ({ title }: Case): RunningEmulator => {
    const emulator = emulators.get(title);
    if (emulator === undefined) throw new Error("not started");
    return emulator;
  };

  const ask = (
    { call }: Case,
    alias: string | undefined,
  ): ReturnType<typeof askFeature> =>
    askFeature(running.gateway.url, call, {
      "x-resource-directory": alias ?? "",
      // Accounts and folders are kept for a minute.
      "cache-control": "no-cache",
    });

  /** Resolves with the result without a fault, and the actions that it needs. */
  async function expectedOf(
    one: Case,
  ): Promise<{ data: unknown; actions: readonly string[] }> {
    const { control } = emulatorOf(one);
    control.clearCalls();
    const { code, data } = await ask(one, one.aliases[0]);
    expect(code).toBe("OK");
    const actions = control.calls().map(({ action }) => action ?? "");
    return { data, actions };
  }

  async function expectWhole(
    one: Case,
    { data, actions }: { data: unknown; actions: readonly string[] },
  ): Promise<void> {
    const { control } = emulatorOf(one);
    for (const [index, fault] of FAULTS.entries()) {
      control.clearFaults();
      control.addFault({ ...fault, skip: index % actions.length });
      const answer = await ask(one, one.aliases[index % DIRECTORIES_EACH]);
      const expected =
        fault.code === "NoPermission"
          ? expect.objectContaining({ code: "UPSTREAM_DENIED" })
          : { code: "OK", results: [], data };
      expect({ fault, answer }).toEqual({ fault, answer: expected });
    }
  }

  async function expectFailure(
    one: Case,
    actions: readonly string[],
  ): Promise<void> {
    const { control } = emulatorOf(one);
    expect(actions.length).toBeLessThanOrEqual(MAX_CALLS);
    for (const [index, [fault, codes]] of LASTING.entries()) {
      for (const [position, operation] of actions.entries()) {
        control.clearFaults();
        control.addFault({ ...fault, operation, times: null });
        const alias = one.lastingAliases[index]?.[position];
        const { code, data } = await ask(one, alias);
        const isFailure = codes.includes(code);
        expect({ fault, operation, code, isFailure }).toEqual({
          fault,
          operation,
          code,
          isFailure: true,
        });
        // A problem document, or null in GraphQL: no part of a report.
        expect(JSON.stringify(data)).not.toMatch(/"(?:items|changes)":/);
      }
    }
  }

  // One after the other, because both set faults of the same emulator.
  it.concurrent.each(cases)(
    "$title is complete under a single fault, and fails as a whole under a lasting one",
    async (one) => {
      const expected = await expectedOf(one);
      await expectWhole(one, expected);
      await expectFailure(one, [...new Set(expected.actions)]);
    },
    120_000,
  );
});
