import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { FaultInput } from "../../src/emulator/faults/faults.js";
import { jsonSchema } from "../../src/emulator/schema.js";
import { ALL_SETTINGS } from "../../src/emulator/settings.js";
import { DIRECTORY_SETTINGS } from "../../src/emulator/accounts/directory-settings.js";
import { startBoth, type Running } from "../support/running.js";

const READS = [
  "GetResourceDirectory",
  "ListAccounts",
  "ListFoldersForParent",
] as const;

/** Faults of one call. Reads are repeated, so that each is without effect on the result. */
const TRANSIENT: readonly FaultInput[] = [
  { effect: "error", code: "Throttling.User" },
  { effect: "error", code: "InternalError" },
  { effect: "error", code: "SignatureNonceUsed" },
  { effect: "status503" },
  { effect: "throttle", ms: 50 },
  { effect: "delay", ms: 50 },
  { effect: "reset" },
  { effect: "reset", when: "after" },
  { effect: "cutBody", when: "after" },
  { effect: "badJson", when: "after" },
  { effect: "html" },
  { effect: "empty" },
  { effect: "emptyObject" },
  { effect: "noCode" },
  { effect: "wrongShape" },
  { effect: "gzip" },
  { effect: "protoKey" },
  { effect: "xml" },
];

/** Faults that last, and how they are reported. */
const LASTING: readonly (readonly [FaultInput, string])[] = [
  [{ effect: "error", code: "NoPermission" }, "UPSTREAM_DENIED"],
  [{ effect: "error", code: "Forbidden.RAM" }, "UPSTREAM_DENIED"],
  [{ effect: "error", code: "MemberAccountAccessDenied" }, "UPSTREAM_DENIED"],
  [
    { effect: "error", code: "EntityNotExists.ResourceDirectory" },
    "UPSTREAM_DENIED",
  ],
  [{ effect: "error", code: "ResourceDirectoryNotInUse" }, "UPSTREAM_DENIED"],
  [{ effect: "wrongShape" }, "UPSTREAM_UNAVAILABLE"],
  [{ effect: "html" }, "UPSTREAM_UNAVAILABLE"],
  [{ effect: "emptyObject" }, "UPSTREAM_UNAVAILABLE"],
];

interface Result {
  readonly code: string;
  readonly totalCount: number | null;
}

let running: Running;

/**
 * With a deadline that lasting faults reach soon. Within it, the vendor's rate does not
 * suffice for the calls of all folders.
 */
const ENVIRONMENT = {
  UPSTREAM_CALLS_PER_SECOND: "0",
  READ_DEADLINE_MS: "3000",
  READ_ATTEMPT_MS: "600",
};

async function byGraphql({ gateway }: Running): Promise<Result> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      query: "{ bindingTargets { totalCount items { id } } }",
    }),
  });
  const { data, errors } = (await response.json()) as {
    data: { bindingTargets: { totalCount: number } | null } | null;
    errors?: { extensions: { code: string } }[];
  };
  return {
    code: errors?.[0]?.extensions.code ?? "OK",
    totalCount: data?.bindingTargets?.totalCount ?? null,
  };
}

async function byRest({ gateway }: Running): Promise<Result> {
  const response = await fetch(`${gateway.url}/v1/binding-targets`);
  const { code, totalCount } = (await response.json()) as Partial<Result>;
  return {
    code: response.ok ? "OK" : (code ?? ""),
    totalCount: totalCount ?? null,
  };
}

const ALL = { code: "OK", totalCount: 232 };

describe.each([
  { name: "graphql", ask: byGraphql },
  { name: "rest", ask: byRest },
])("binding targets over $name", ({ ask }) => {
  beforeAll(async () => {
    running = await startBoth({}, ENVIRONMENT);
  });

  afterAll(() => running.stop());

  it.each(READS)(
    "are complete although one call of %s has any fault",
    async (operation) => {
      for (const fault of TRANSIENT) {
        running.emulator.control.reset();
        running.emulator.control.addFault({ operation, ...fault });
        expect([fault, await ask(running)]).toEqual([fault, ALL]);
      }
    },
    60_000,
  );
});

describe("binding targets under a lasting fault", () => {
  it.each(READS)(
    "of %s are an error, never a part of the directory",
    async (operation) => {
      for (const [fault, code] of LASTING) {
        // Its own gateway: a lasting fault opens the breaker.
        const own = await startBoth({}, ENVIRONMENT);
        try {
          own.emulator.control.addFault({ operation, ...fault, times: null });
          for (const ask of [byGraphql, byRest]) {
            const result = await ask(own);
            expect([fault, result]).toEqual([
              fault,
              { code, totalCount: null },
            ]);
          }
        } finally {
          await own.stop();
        }
      }
    },
    120_000,
  );
});

describe("binding targets under each alternative of each setting", () => {
  const { properties } = jsonSchema(ALL_SETTINGS) as {
    properties: Record<string, { enum?: unknown[]; type?: string }>;
  };
  const alternatives = Object.keys(DIRECTORY_SETTINGS).flatMap((name) => {
    const { enum: words, type } = properties[name] ?? {};
    const values: unknown[] =
      words ?? (type === "boolean" ? [true, false] : []);
    return values.map((value) => ({ name, value }));
  });

  it.each(alternatives)("are complete: $name $value", async (one) => {
    const { name, value } = one;
    const own = await startBoth({ settings: { [name]: value } });
    try {
      expect([one, await byGraphql(own)]).toEqual([one, ALL]);
    } finally {
      await own.stop();
    }
  });

  it("are never blamed on the caller when tokens expire at once", async () => {
    const settings = { nextTokenTtlMs: 0 };
    const own = await startBoth({ settings }, ENVIRONMENT);
    try {
      const { code } = await byGraphql(own);
      expect(["OK", "UPSTREAM_UNAVAILABLE"]).toContain(code);
    } finally {
      await own.stop();
    }
  });

  it("are complete in a directory of several thousand accounts", async () => {
    const own = await startBoth();
    try {
      own.emulator.control.resizeDirectory({ accounts: 3_000, folders: 60 });
      expect(await byRest(own)).toEqual({ code: "OK", totalCount: 3_062 });
      const actions = own.emulator.control
        .calls()
        .filter(({ action }) => action === "ListAccounts");
      expect(actions).toHaveLength(30);
    } finally {
      await own.stop();
    }
  }, 30_000);
});
