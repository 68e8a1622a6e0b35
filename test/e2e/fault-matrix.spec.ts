import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import type { FaultInput } from "../../src/emulator/faults/faults.js";
import { ErrorCode } from "../../src/errors/error-codes.js";
import {
  actionOf,
  CONTACT_OPERATIONS,
  OPERATIONS,
  type ContactOperation,
} from "../../src/upstream/operations.js";
import { openPending, VALID_INPUTS } from "../support/calls.js";
import { APIS, type Api } from "../support/apis.js";
import {
  startForDirectories,
  type DirectoriesGateway,
} from "../support/directories.js";

const BOTH_SIDES = [
  "reset",
  "cutBody",
  "badJson",
  "html",
  "empty",
  "noCode",
  "emptyObject",
  "hang",
  "huge",
  "gzipBomb",
  "status503",
] as const;

/** Every fault the emulator knows, with figures that fit short time limits. */
const FAULTS: readonly FaultInput[] = [
  ...BOTH_SIDES.flatMap((effect): FaultInput[] => [
    { effect, when: "before" },
    { effect, when: "after" },
  ]),
  { effect: "delay", ms: 50 },
  { effect: "throttle", ms: 10 },
  { effect: "wrongShape" },
  { effect: "trickle", ms: 10, bytes: 400 },
  { effect: "gzip" },
  { effect: "protoKey" },
  { effect: "wrongId" },
  { effect: "slowClose", ms: 2_000 },
  { effect: "xml" },
  { effect: "clockSkew" },
  { effect: "resetOnReuse" },
  { effect: "error", code: "InternalError", when: "after" },
  { effect: "error", code: "SignatureNonceUsed" },
  { effect: "error", code: "ConcurrentCallNotSupported" },
  { effect: "error", code: "InvalidSecurityToken.Expired" },
  { effect: "error", code: "NoPermission" },
  { effect: "error", code: "Throttling.Api" },
];

/** Directories of one emulator. Each has its own breaker, so that no fault affects the next one. */
const DIRECTORIES_EACH = 13;

interface Case {
  readonly operation: ContactOperation;
  readonly api: Api;
  readonly title: string;
  readonly aliases: readonly string[];
}

const cases: readonly Case[] = CONTACT_OPERATIONS.flatMap((operation, at) =>
  APIS.map((api) => ({
    operation,
    api,
    title: `${operation} by ${api.name}`,
    aliases: Array.from(
      { length: DIRECTORIES_EACH },
      (_, index) => `${api.name}-${at}-${index}`,
    ),
  })),
);

describe("under any single fault", () => {
  const emulators = new Map<string, RunningEmulator>();
  let running: DirectoriesGateway;

  beforeAll(async () => {
    for (const { title } of cases) emulators.set(title, await startEmulator());
    running = await startForDirectories(
      Object.fromEntries(
        cases.flatMap(({ title, aliases }) =>
          aliases.map((alias) => [alias, emulators.get(title)?.url ?? ""]),
        ),
      ),
      {
        VERIFICATION_COOLDOWN_SECONDS: "0",
        READ_ATTEMPT_MS: "600",
        WRITE_ATTEMPT_MS: "600",
        READ_BACK_RESERVE_MS: "1500",
        READ_DEADLINE_MS: "6000",
        WRITE_DEADLINE_MS: "12000",
      },
    );
  }, 60_000);

  afterAll(async () => {
    // First the emulators: they must not outlive a gateway that did not start.
    await Promise.all([...emulators.values()].map((one) => one.stop()));
    await running.stop();
  });

  it.concurrent.each(cases)(
    "$title reports what happened, and changes nothing twice",
    async (one) => {
      const emulator = emulators.get(one.title);
      if (emulator === undefined) throw new Error("not started");
      for (const [index, fault] of FAULTS.entries()) {
        const judgement = await judged(
          emulator,
          running.gateway.url,
          one,
          fault,
          index,
        );
        expect({ fault, ...judgement }).toEqual({
          fault,
          code: expectedCode(one.operation, fault),
          lie: null,
          isBounded: true,
        });
      }
    },
    120_000,
  );
});

/** Faults after which the response still shows what happened. */
const CONCLUSIVE = new Set([
  "delay",
  "trickle",
  "throttle",
  "clockSkew",
  "resetOnReuse",
  "protoKey",
  "wrongId",
]);

/** A single fault is always retried or settled, except for a verification message that may have been sent. */
function expectedCode(operation: ContactOperation, fault: FaultInput): string {
  if (fault.code === "NoPermission") return ErrorCode.UPSTREAM_DENIED;
  const isConclusive =
    CONCLUSIVE.has(fault.effect) ||
    (fault.effect === "error" && fault.code !== "InternalError");
  return operation.startsWith("send") && !isConclusive
    ? ErrorCode.OUTCOME_UNKNOWN
    : "OK";
}

interface Judgement {
  readonly code: string;
  readonly lie: string | null;
  /** At most three attempts of the operation itself. */
  readonly isBounded: boolean;
}

/** Compares the response with the calls that the emulator recorded. */
async function judged(
  { control }: RunningEmulator,
  gatewayUrl: string,
  { operation, api, aliases }: Case,
  fault: FaultInput,
  index: number,
): Promise<Judgement> {
  control.reset();
  await openPending(control, gatewayUrl, operation, {
    "x-resource-directory": aliases.at(-1) ?? "",
  });
  control.clearCalls();
  const headers = {
    "x-resource-directory": aliases[index % aliases.length] ?? "",
  };
  const action = actionOf(operation);
  if (fault.effect === "resetOnReuse") {
    await api.call(
      gatewayUrl,
      "listMessageContacts",
      { pageNumber: 9 },
      headers,
    );
  }
  control.addFault({ operation: action, ...fault });
  const { code } = await api.call(
    gatewayUrl,
    operation,
    VALID_INPUTS[operation],
    headers,
  );
  const calls = control.calls().filter((call) => call.action === action);
  const effects = calls.reduce((sum, call) => sum + call.effects, 0);
  const isWrite = OPERATIONS[operation].kind === "write";
  const isDone = code === "OK";
  const lie = !isWrite
    ? null
    : isDone && effects === 0
      ? "success without effect"
      : !isDone && code !== String(ErrorCode.OUTCOME_UNKNOWN) && effects > 0
        ? "failure with effect"
        : operation.startsWith("send") &&
            calls.filter((call) => call.effects > 0).length > 1
          ? "sent twice"
          : null;
  return {
    code,
    lie,
    isBounded: calls.length <= 3,
  };
}
