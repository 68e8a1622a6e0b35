import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import { jsonSchema } from "../../src/emulator/schema.js";
import {
  ALL_SETTINGS,
  describeSettings,
  type EmulatorSettings,
} from "../../src/emulator/settings.js";
import { ErrorCode } from "../../src/errors/error-codes.js";
import {
  CONTACT_OPERATIONS,
  type ContactOperation,
} from "../../src/upstream/operations.js";
import {
  BOUND_FOLDER,
  PENDING,
  TOM,
  UNBOUND_FOLDER,
  VALID_INPUTS,
} from "../support/calls.js";
import { APIS, type Api, type Input } from "../support/apis.js";
import { scraped } from "../support/metrics.js";
import {
  startForDirectories,
  type DirectoriesGateway,
} from "../support/directories.js";

interface Alternative {
  readonly name: string;
  readonly value: unknown;
  readonly alias: string;
}

type Schema = Readonly<Record<string, unknown>>;

/** Values of each kind of setting; the default is left out later. */
function valuesOf({ enum: words, anyOf, type }: Schema): readonly unknown[] {
  if (Array.isArray(words)) return words;
  if (Array.isArray(anyOf)) return (anyOf as Schema[]).flatMap(valuesOf);
  const types = [type].flat();
  const values: unknown[] = types.flatMap((one): unknown[] => {
    switch (one) {
      case "boolean":
        return [true, false];
      case "integer":
        return [0, 1];
      case "null":
        return [null];
      case "string":
        return ["other.example"];
      case "array":
        return [[], ["Other"]];
      default:
        throw new Error(`no values are known of the type ${String(one)}`);
    }
  });
  return values;
}

/** Every value of every setting of the emulator but its default. */
const ALTERNATIVES: readonly Alternative[] = Object.entries(
  (jsonSchema(ALL_SETTINGS) as { properties: Record<string, Schema> })
    .properties,
)
  .flatMap(([name, schema]) =>
    valuesOf(schema)
      .filter(
        (value) => JSON.stringify(value) !== JSON.stringify(schema["default"]),
      )
      .map((value) => ({ name, value })),
  )
  .map((one, index) => ({ ...one, alias: `d${index}` }));

/** Settings under which the vendor refuses all calls, and how that is reported. */
const REFUSES_ALL: Readonly<Record<string, ErrorCode>> = {
  "timestampWindowMs 0": ErrorCode.UPSTREAM_DENIED,
  "timestampWindowMs 1": ErrorCode.UPSTREAM_DENIED,
  "requireHttps true": ErrorCode.UPSTREAM_DENIED,
  "resourceDirectoryEnabled false": ErrorCode.UPSTREAM_DENIED,
  "callsPerSecond 0": ErrorCode.UPSTREAM_THROTTLED,
  "callsPerSecond 1": ErrorCode.UPSTREAM_THROTTLED,
};

const ABSENT = "c-neverExistedHere0";
const VERIFYING = "c-r5IfC8dP0gNmZ4Ek";
const WITH_DELETION = "c-H4nUc6jS8wFiB2Ry";
const OTHER = "c-N8yGw3rC1lIhJ6Us";

const EMAIL = VALID_INPUTS.sendEmailVerificationForMessageContact;
const PHONE = VALID_INPUTS.sendPhoneVerificationForMessageContact;

/** What happens to contacts in one run: each operation, also where it must be refused. */
const RUN: readonly (readonly [ContactOperation, Input])[] = [
  ["listMessageContacts", {}],
  ["listMessageContacts", { pageNumber: 9, pageSize: 100 }],
  ["listMessageContacts", { boundTo: BOUND_FOLDER }],
  ["listMessageContacts", { boundTo: "1234567890" }],
  ...[TOM, ABSENT, VERIFYING, WITH_DELETION].flatMap((contactId) =>
    (
      [
        "getMessageContact",
        "getMessageContactDeletionStatus",
        "listMessageContactVerifications",
      ] as const
    ).map((operation) => [operation, { contactId }] as const),
  ),
  ["addMessageContact", VALID_INPUTS.addMessageContact],
  ["updateMessageContact", { contactId: TOM, name: "tim", ...PENDING }],
  ["updateMessageContact", { contactId: VERIFYING, name: "TIM" }],
  ["sendEmailVerificationForMessageContact", EMAIL],
  ["sendPhoneVerificationForMessageContact", PHONE],
  ["listMessageContactVerifications", { contactId: TOM, pageNumber: 9 }],
  ["cancelMessageContactUpdate", EMAIL],
  ["cancelMessageContactUpdate", EMAIL],
  ["cancelMessageContactUpdate", PHONE],
  ["associateMembers", { contactId: TOM, targetIds: [UNBOUND_FOLDER] }],
  ["associateMembers", { contactId: VERIFYING, targetIds: [UNBOUND_FOLDER] }],
  ["disassociateMembers", { contactId: TOM, targetIds: [BOUND_FOLDER] }],
  ["disassociateMembers", { contactId: TOM, targetIds: [BOUND_FOLDER] }],
  ["deleteMessageContact", { contactId: TOM, retainContactInMembers: false }],
  ["getMessageContactDeletionStatus", { contactId: TOM }],
  ["deleteMessageContact", { contactId: TOM, retainContactInMembers: false }],
  ["deleteMessageContact", { contactId: OTHER }],
  ["getMessageContactDeletionStatus", { contactId: OTHER }],
  ["getMessageContact", { contactId: OTHER }],
];

/** The first call of each operation: enough where all are refused. */
const FIRST_OF_EACH = RUN.filter(
  ([operation], index) =>
    index === RUN.findIndex(([other]) => other === operation),
);

describe("under each alternative of each setting of the emulator", () => {
  const emulators = new Map<string, RunningEmulator>();
  let running: DirectoriesGateway;

  beforeAll(async () => {
    for (const { name, value, alias } of ALTERNATIVES) {
      const settings = { [name]: value } as Partial<EmulatorSettings>;
      for (const api of APIS) {
        emulators.set(aliasFor(alias, api), await startEmulator({ settings }));
      }
    }
    running = await startForDirectories(
      Object.fromEntries(
        [...emulators].map(([alias, { url }]) => [alias, url]),
      ),
      {
        VERIFICATION_COOLDOWN_SECONDS: "0",
        // Lasting conflicts and throttling end soon.
        READ_DEADLINE_MS: "6000",
        WRITE_DEADLINE_MS: "5500",
      },
    );
  }, 60_000);

  afterAll(async () => {
    // First the emulators: they must not outlive a gateway that did not start.
    await Promise.all([...emulators.values()].map((one) => one.stop()));
    await running.stop();
  });

  it("runs every operation and knows every setting", () => {
    expect(new Set(RUN.map(([operation]) => operation))).toEqual(
      new Set(CONTACT_OPERATIONS),
    );
    expect(new Set(ALTERNATIVES.map(({ name }) => name))).toEqual(
      new Set(describeSettings().map(({ name }) => name)),
    );
    const titles = ALTERNATIVES.map(titleOf);
    for (const title of Object.keys(REFUSES_ALL)) {
      expect(titles).toContain(title);
    }
  });

  const codesOf = async (
    { alias }: Alternative,
    api: Api,
    run: typeof RUN,
  ): Promise<
    { code: string; status: number; operation: ContactOperation }[]
  > => {
    const seen = [];
    for (const [operation, input] of run) {
      const { code, status } = await api.call(
        running.gateway.url,
        operation,
        input,
        { "x-resource-directory": aliasFor(alias, api) },
      );
      seen.push({ operation, code, status });
    }
    return seen;
  };

  it.concurrent.each(ALTERNATIVES.map((one) => ({ title: titleOf(one), one })))(
    "$title: every result is typed and is no failure of the gateway",
    async ({ title, one }) => {
      const refusal: string | undefined = REFUSES_ALL[title];
      const typed = new Set<string>(["OK", ...Object.values(ErrorCode)]);
      const check = async (api: Api): Promise<void> => {
        const run = refusal === undefined ? RUN : FIRST_OF_EACH;
        const seen = await codesOf(one, api, run);
        const wrong = seen.filter(
          ({ code, status }) =>
            code !== refusal &&
            (!typed.has(code) ||
              code === "INTERNAL" ||
              isFailure(code, status)),
        );
        expect({ api: api.name, wrong }).toEqual({
          api: api.name,
          wrong: [],
        });
        // An exception that is no longer needed has to go. Whether two calls fall
        // into one second of the clock is left to chance.
        const isNeeded = seen.some(({ code }) => code === refusal);
        if (title !== "callsPerSecond 1") {
          expect(isNeeded).toBe(refusal !== undefined);
        }
      };
      await Promise.all(APIS.map(check));
    },
    120_000,
  );

  it("leaves the breakers without a failure", async () => {
    const samples = [...(await scraped(running.gateway.opsUrl))];
    const failed = samples.filter(
      ([name, count]) =>
        /upstream_attempts_total.*outcome="(?:ambiguous|not-sent)"/.test(
          name,
        ) && count > 0,
    );
    expect(failed).toEqual([]);
    const breakers = samples.filter(([name]) => name.includes("breaker_state"));
    expect(breakers).toHaveLength(2 * emulators.size);
    expect(breakers.filter(([, state]) => state !== 0)).toEqual([]);
  });
});

/** Each API has an emulator of its own, so that both run at the same time. */
function aliasFor(alias: string, api: Api): string {
  return `${alias}-${api.name}`;
}

function titleOf({ name, value }: Alternative): string {
  return `${name} ${JSON.stringify(value)}`;
}

/** GraphQL answers 200 also where REST answers 5xx. */
function isFailure(code: string, status: number): boolean {
  return (
    status >= 500 || code.startsWith("UPSTREAM_") || code === "OUTCOME_UNKNOWN"
  );
}
