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
import {
  FAULTS,
  isConclusive,
  SHORT_LIMITS,
} from "../support/features/faults.js";

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
      SHORT_LIMITS,
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

/** A single fault is always retried or settled, except for a verification message that may have been sent. */
function expectedCode(operation: ContactOperation, fault: FaultInput): string {
  if (fault.code === "NoPermission") return ErrorCode.UPSTREAM_DENIED;
  return operation.startsWith("send") && !isConclusive(fault)
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
