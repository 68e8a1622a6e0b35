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
import type { CallEntry } from "../../src/emulator/state/call-record.js";
import {
  startForDirectories,
  type DirectoriesGateway,
} from "../support/directories.js";
import {
  FAULTS,
  isConclusive,
  SHORT_LIMITS,
} from "../support/features/faults.js";
import {
  askFeature,
  FEATURE_CALLS,
  FEATURE_SEED,
  PLANNED,
  type FeatureAnswer,
  type FeatureCall,
  type StepResult,
} from "../support/features/feature-calls.js";

/** Faults that last: no retry helps. */
const LASTING: readonly FaultInput[] = [
  { effect: "cutBody", when: "after" },
  { effect: "status503", when: "before" },
  { effect: "error", code: "Throttling.User" },
];

/** Directories of one emulator for single faults. Each has its own breaker. */
const DIRECTORIES_EACH = 13;

interface Case {
  readonly title: string;
  readonly call: FeatureCall;
  /** Differs between the requests of a feature, so that faults hit different writes. */
  readonly shift: number;
  /** Vendor actions of the writes of the request, in order. */
  readonly actions: readonly string[];
  readonly aliases: readonly string[];
  /** One for each lasting fault of each write, which opens the breaker. */
  readonly lastingAlias: (position: number, fault: number) => string;
}

const UPDATE = "UpdateMessageContact";

/** Vendor calls of the requests in `FEATURE_CALLS`; each is one result. */
const ACTIONS: Partial<Readonly<Record<Feature, readonly string[]>>> = {
  updateMessageContacts: [UPDATE, UPDATE],
  sendVerifications: [
    "SendEmailVerificationForMessageContact",
    "SendPhoneVerificationForMessageContact",
  ],
  replaceMessageContact: ["AssociateMembers", "DeleteMessageContact"],
  applyContactsPlan: [
    "AddMessageContact",
    UPDATE,
    "AssociateMembers",
    "DisassociateMembers",
    "DeleteMessageContact",
  ],
};

const names = (Object.keys(FEATURES) as Feature[]).filter(
  (feature) => kindOf(feature) === "write",
);

const cases: readonly Case[] = names.flatMap((feature, row) =>
  FEATURE_CALLS[feature].map((call, at): Case => {
    const actions = ACTIONS[feature];
    if (actions === undefined) throw new Error(`no row for ${feature}`);
    const prefix = `write${row}-${at}`;
    return {
      title: `${feature} by ${call.label}`,
      call,
      shift: at,
      actions,
      aliases: Array.from(
        { length: DIRECTORIES_EACH },
        (_, index) => `${prefix}-once${index}`,
      ),
      lastingAlias: (position, fault) => `${prefix}-always${position}-${fault}`,
    };
  }),
);

/** All directories of a case. */
const aliasesOf = ({ aliases, actions, lastingAlias }: Case): string[] => [
  ...aliases,
  ...actions.flatMap((_, position) =>
    [...LASTING, null].map((__, fault) => lastingAlias(position, fault)),
  ),
];

/** What became of a request under a fault, and of the same request without it. */
interface Outcome {
  /** Of the first request. */
  readonly results: readonly StepResult[];
  readonly lies: readonly string[];
  /** Whether the repeated request completed all writes. */
  readonly isDone: boolean;
  /** Writes that had an effect in more than one call, in both requests together. */
  readonly twice: readonly string[];
}

const isWrite = ({ action }: CallEntry): boolean =>
  !/^(?:Get|List)/.test(action ?? "Get");

describe("a write of several steps", () => {
  const emulators = new Map<string, RunningEmulator>();
  let running: DirectoriesGateway;

  beforeAll(async () => {
    for (const { title } of cases) {
      emulators.set(title, await startEmulator({ seed: FEATURE_SEED }));
    }
    running = await startForDirectories(
      Object.fromEntries(
        cases.flatMap((one) =>
          aliasesOf(one).map((alias) => [
            alias,
            emulators.get(one.title)?.url ?? "",
          ]),
        ),
      ),
      {
        ...SHORT_LIMITS,
        WRITE_ATTEMPT_MS: "1500",
        WRITE_DEADLINE_MS: "30000",
        VERIFICATION_EMAILS_PER_DAY: "1000",
      },
    );
  }, 60_000);

  afterAll(async () => {
    // First the emulators: they must not outlive a gateway that did not start.
    await Promise.all([...emulators.values()].map((one) => one.stop()));
    await running.stop();
  });

  /** Sends the request of a case. A plan is applied with its own digest over GraphQL. */
  async function send(
    { call }: Case,
    alias: string,
    key: string,
    digest: string,
  ): Promise<FeatureAnswer> {
    const { query, variables } = (call.body ?? {}) as {
      query?: string;
      variables?: object;
    };
    const needsDigest = query?.includes("$digest") === true;
    return askFeature(
      running.gateway.url,
      needsDigest
        ? { ...call, body: { query, variables: { ...variables, digest } } }
        : call,
      {
        "x-resource-directory": alias,
        "cache-control": "no-cache",
        "idempotency-key": key,
      },
    );
  }

  /** The digest of the plan of `PLANNED`, which depends on the seed only. */
  async function digestOf(alias: string): Promise<string> {
    const plan = { label: "", path: "/v1/plan", body: PLANNED };
    const headers = { "x-resource-directory": alias };
    const { data } = await askFeature(running.gateway.url, plan, headers);
    return (data as { digest: string }).digest;
  }

  /** Sends a request under a fault, and again without it and with the same key. */
  async function run(
    one: Case,
    position: number,
    alias: string,
    fault: FaultInput,
    key: string,
    callsBefore?: number,
  ): Promise<Outcome> {
    const emulator = emulators.get(one.title);
    if (emulator === undefined) throw new Error("not started");
    const { control } = emulator;
    control.reset();
    const digest = await digestOf(alias);
    control.clearCalls();
    const operation = one.actions[position] ?? "";
    const skip = one.actions.slice(0, position).includes(operation) ? 1 : 0;
    if (fault.effect === "resetOnReuse") await digestOf(alias);
    control.addFault({ ...fault, operation, skip });
    if (callsBefore !== undefined) {
      // No read after the write shows what became of it.
      control.addFault({
        effect: "error",
        code: "NoPermission",
        operation: "*",
        skip: callsBefore,
        times: null,
      });
    }
    const results = resultsOf(one, await send(one, alias, key, digest));
    const effects = effectsOf(one, control.calls());
    control.clearFaults();
    const repeated = resultsOf(one, await send(one, alias, key, digest));
    const total = effectsOf(one, control.calls());
    return {
      results,
      lies: lies(results, effects),
      isDone: repeated.every(({ status }) => status === "DONE"),
      twice: total.flatMap((effect, at) =>
        effect > 1 ? [`${one.actions[at]} ${effect} times`] : [],
      ),
    };
  }

  async function expectSingleFaults(one: Case): Promise<void> {
    for (const [index, fault] of FAULTS.entries()) {
      const position = (index + one.shift) % one.actions.length;
      const action = one.actions[position] ?? "";
      // Without a read of each new contact, its id is the one that the vendor states.
      if (action === "AddMessageContact" && fault.effect === "wrongId")
        continue;
      const alias = one.aliases[index % DIRECTORIES_EACH] ?? "";
      const key = `${alias}-${index}`;
      const outcome = await run(one, position, alias, fault, key);
      const code = expectedCode(action, fault);
      expect({ fault, ...outcome }).toEqual({
        fault,
        results: one.actions.map((_, at) =>
          code === null || at < position
            ? { status: "DONE", code: null }
            : at === position
              ? { status: "FAILED", code }
              : { status: "NOT_ATTEMPTED", code: null },
        ),
        lies: [],
        // What may have been sent is not sent again.
        isDone: code !== "OUTCOME_UNKNOWN",
        twice: [],
      });
    }
  }

  async function expectLastingFaults(
    one: Case,
    position: number,
  ): Promise<void> {
    for (const [index, fault] of LASTING.entries()) {
      const alias = one.lastingAlias(position, index);
      const key = `${alias}-${index}`;
      const lasting = { ...fault, times: null };
      const outcome = await run(one, position, alias, lasting, key);
      expect({ fault, ...outcome }).toMatchObject({
        fault,
        lies: [],
        twice: [],
      });
      const { results } = outcome;
      expect(results).toHaveLength(one.actions.length);
      const failed = results.findIndex(({ status }) => status !== "DONE");
      const rest = failed < 0 ? [] : results.slice(failed + 1);
      expect(rest.map(({ status }) => status)).toEqual(
        rest.map(() => "NOT_ATTEMPTED"),
      );
    }
  }

  /** The write takes effect, but no call shows it. */
  async function expectUnknownOutcome(
    one: Case,
    position: number,
  ): Promise<void> {
    const emulator = emulators.get(one.title);
    const alias = one.lastingAlias(position, LASTING.length);
    emulator?.control.reset();
    const digest = await digestOf(alias);
    emulator?.control.clearCalls();
    const { code } = await send(one, alias, `${alias}-clean`, digest);
    expect(code).toBe("OK");
    const calls = emulator?.control.calls() ?? [];
    const writes = calls.filter(isWrite);
    const callsBefore = calls.indexOf(writes[position]!);
    const fault: FaultInput = { effect: "hang", when: "after", times: null };
    const key = `${alias}-unknown`;
    const outcome = await run(one, position, alias, fault, key, callsBefore);
    expect(outcome).toMatchObject({
      results: one.actions.map((_, at) =>
        at < position
          ? { status: "DONE", code: null }
          : at === position
            ? { status: "FAILED", code: "OUTCOME_UNKNOWN" }
            : { status: "NOT_ATTEMPTED", code: null },
      ),
      lies: [],
      twice: [],
    });
  }

  // One after the other, because each sets faults of the same emulator.
  it.concurrent.each(cases)(
    "$title reports each write, and makes none twice",
    async (one) => {
      await expectSingleFaults(one);
      for (const position of one.actions.keys()) {
        await expectLastingFaults(one, position);
        await expectUnknownOutcome(one, position);
      }
    },
    180_000,
  );
});

/**
 * Code of the result of a write with a single fault; null when it is done. It is always
 * retried or settled, except for a verification message that may have been sent.
 */
function expectedCode(action: string, fault: FaultInput): string | null {
  if (fault.code === "NoPermission") return "UPSTREAM_DENIED";
  return action.startsWith("Send") && !isConclusive(fault)
    ? "OUTCOME_UNKNOWN"
    : null;
}

/** Results that contradict the record of the vendor. */
function lies(
  results: readonly StepResult[],
  effects: readonly number[],
): string[] {
  return effects.flatMap((effect, at) => {
    const { status, code } = results[at] ?? { status: "missing", code: null };
    if (status === "DONE") {
      return effect === 0 ? [`success without effect at ${at}`] : [];
    }
    return effect > 0 && code !== "OUTCOME_UNKNOWN"
      ? [`effect without a result at ${at}: ${status} ${code}`]
      : [];
  });
}

/** Number of calls with an effect, for each write of a request. */
function effectsOf(
  { actions }: Case,
  calls: readonly CallEntry[],
): readonly number[] {
  const writes = calls.filter(isWrite);
  const contacts = [
    ...new Set(
      writes
        .filter(({ action }) => action === UPDATE)
        .map(({ params }) => params["ContactId"]),
    ),
  ];
  return actions.map((action, at) => {
    const before = actions.slice(0, at).filter((other) => other === action);
    return writes
      .filter(
        (call) =>
          call.action === action &&
          (action !== UPDATE ||
            call.params["ContactId"] === contacts[before.length]),
      )
      .filter(({ effects }) => effects > 0).length;
  });
}

/**
 * One result for each write, also when the request failed with its first one. A write
 * that may have been made must have a result of its own, which names it.
 */
function resultsOf(
  { actions }: Case,
  { code, results }: FeatureAnswer,
): readonly StepResult[] {
  if (code === "OK" || code === "OUTCOME_UNKNOWN") return results;
  return actions.map((_, at) =>
    at === 0
      ? { status: "FAILED", code }
      : { status: "NOT_ATTEMPTED", code: null },
  );
}
