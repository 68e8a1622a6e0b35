import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { readConfig } from "../../src/config/read-config.js";
import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import type { FaultInput } from "../../src/emulator/faults/faults.js";
import { ErrorCode } from "../../src/errors/error-codes.js";
import { startGateway, type Gateway } from "../../src/gateway.js";
import {
  actionOf,
  OPERATIONS,
  type Operation,
} from "../../src/upstream/operations.js";
import { openPending, VALID_INPUTS } from "../support/calls.js";
import { APIS, type Api } from "../support/apis.js";
import { environmentFor } from "../support/running.js";

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

/** Every fault of the emulator, with durations that fit the short time limits below. */
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

/** Each alias has its own breaker, so that one case cannot open the breaker of another. */
const ALIASES = Array.from({ length: 13 }, (_, n) => `d${n}`);

interface Pair {
  readonly emulator: RunningEmulator;
  readonly gateway: Gateway;
}

const titles = (Object.keys(OPERATIONS) as Operation[]).flatMap((operation) =>
  APIS.map((api) => ({
    operation,
    api,
    title: `${operation} over ${api.name}`,
  })),
);

describe("under any single fault", () => {
  let folder: string;
  const pairs = new Map<string, Pair>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "faults-"));
    await Promise.all(
      titles.map(async ({ title }, index) => {
        const emulator = await startEmulator();
        const file = join(folder, `${index}.json`);
        await writeFile(file, directories(emulator.url));
        const { UPSTREAM_ENDPOINT: _, ...environment } = environmentFor(
          emulator.url,
        );
        const gateway = await startGateway(
          readConfig({
            ...environment,
            DIRECTORIES_FILE: file,
            VERIFICATION_COOLDOWN_SECONDS: "0",
            READ_ATTEMPT_MS: "300",
            WRITE_ATTEMPT_MS: "300",
            READ_BACK_RESERVE_MS: "1500",
            READ_DEADLINE_MS: "4000",
            WRITE_DEADLINE_MS: "8000",
          }),
        );
        pairs.set(title, { emulator, gateway });
      }),
    );
  }, 60_000);

  afterAll(async () => {
    await Promise.all(
      [...pairs.values()].map(async ({ gateway, emulator }) => {
        await gateway.close();
        await emulator.stop();
      }),
    );
    await rm(folder, { recursive: true });
  });

  it.concurrent.each(titles)(
    "$title reports the true outcome and takes effect at most once",
    async ({ operation, api, title }) => {
      const pair = pairs.get(title);
      if (pair === undefined) throw new Error("not started");
      for (const [index, fault] of FAULTS.entries()) {
        const verdict = await judged(pair, operation, api, fault, index);
        expect({ fault, ...verdict }).toEqual({
          fault,
          ...verdict,
          code: expectedCode(operation, fault),
          lie: null,
          isBounded: true,
        });
      }
    },
    120_000,
  );
});

function directories(endpoint: string): string {
  const credentials = {
    accessKeyId: "ALIBABA_CLOUD_ACCESS_KEY_ID",
    accessKeySecret: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
  };
  return JSON.stringify({
    directories: Object.fromEntries(
      ALIASES.map((alias) => [alias, { endpoint, credentials }]),
    ),
  });
}

/** Faults after which a response still shows the outcome. */
const WITH_KNOWN_OUTCOME = new Set([
  "delay",
  "trickle",
  "throttle",
  "clockSkew",
  "resetOnReuse",
  "protoKey",
  "wrongId",
]);

/** A single fault is always survived, except by a verification message that may have been sent. */
function expectedCode(operation: Operation, fault: FaultInput): string {
  if (fault.code === "NoPermission") return ErrorCode.UPSTREAM_DENIED;
  const isKnown =
    WITH_KNOWN_OUTCOME.has(fault.effect) ||
    (fault.effect === "error" && fault.code !== "InternalError");
  return operation.startsWith("send") && !isKnown
    ? ErrorCode.OUTCOME_UNKNOWN
    : "OK";
}

interface Judgement {
  readonly code: string;
  readonly lie: string | null;
  /** At most three attempts of the operation itself. */
  readonly isBounded: boolean;
}

/** Compares the reported outcome with the emulator's call record. */
async function judged(
  { emulator: { control }, gateway }: Pair,
  operation: Operation,
  api: Api,
  fault: FaultInput,
  index: number,
): Promise<Judgement> {
  control.reset();
  await openPending(control, gateway.url, operation, {
    "x-resource-directory": ALIASES.at(-1) ?? "",
  });
  control.clearCalls();
  const headers = {
    "x-resource-directory": ALIASES[index % ALIASES.length] ?? "",
  };
  const action = actionOf(operation);
  if (fault.effect === "resetOnReuse") {
    await api.call(
      gateway.url,
      "listMessageContacts",
      { pageNumber: 9 },
      headers,
    );
  }
  control.addFault({ operation: action, ...fault });
  const { code } = await api.call(
    gateway.url,
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
