import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { readConfig } from "../../src/config/read-config.js";
import { startGateway, type Gateway } from "../../src/gateway.js";
import {
  actionOf,
  CONTACT_OPERATIONS,
  OPERATIONS,
  type ContactOperation,
} from "../../src/upstream/operations.js";
import {
  APIS,
  type Api,
  type ApiResponse,
  type Input,
} from "../support/apis.js";
import { environmentFor } from "../support/running.js";
import {
  StubVendor,
  STUB_CONTACT,
  STUB_INPUTS,
  STUB_REQUEST_ID,
  usualAnswer,
} from "../support/stub-vendor.js";

/** Values that no member of a response should have. */
const ODD: readonly unknown[] = [
  undefined,
  null,
  20260304,
  -1,
  1.5,
  true,
  "",
  {},
  { at: 1 },
  [],
  ["2026-03-04"],
  "c-ad\r\nX-Odd: 1",
  "c-ad\u0000",
  "c-ad/../../x?y#z",
  "\ud800",
  "\u202e",
  "9".repeat(100_000),
];

type Path = readonly (string | number)[];

/** Every place in a response, the response itself included. */
function placesIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  const below = Array.isArray(value)
    ? value.map((member: unknown, index): [number, unknown] => [index, member])
    : Object.entries(value);
  return [
    path,
    ...below.flatMap(([name, member]) => placesIn(member, [...path, name])),
  ];
}

/** A copy of a response with another value in one place. */
function replaced(
  value: unknown,
  [name, ...rest]: Path,
  odd: unknown,
): unknown {
  if (name === undefined) return odd;
  const copy = structuredClone(value) as Record<string | number, unknown>;
  copy[name] = replaced(copy[name], rest, odd);
  return copy;
}

interface Case {
  readonly operation: ContactOperation;
  readonly api: Api;
  readonly place: Path;
  readonly odd: unknown;
}

const CASES: readonly Case[] = CONTACT_OPERATIONS.flatMap((operation) =>
  placesIn(usualAnswer(operation, { ContactId: STUB_CONTACT })).flatMap(
    (place) =>
      ODD.flatMap((odd) => APIS.map((api) => ({ operation, api, place, odd }))),
  ),
);

/** Cases that run in parallel; they mostly wait for retries. */
const LANES = 30;

/**
 * Aliases of directories. Each has its own breaker, which few cases share. Their
 * number is a multiple of `LANES`, so that no two lanes use the same one.
 */
const SWEPT = Array.from({ length: 24 * LANES }, (_, n) => `d${n}`);

/** With aliases that the sweep does not use. */
const ALIASES = [...SWEPT, "single", "optional"];

const LOCATION = /^\/v1\/message-contacts\/c-[A-Za-z0-9]{1,64}(?:\/deletion)?$/;

let vendor: StubVendor;
let gateway: Gateway;
let folder: string;

beforeAll(async () => {
  vendor = await StubVendor.start();
  folder = await mkdtemp(join(tmpdir(), "answers-"));
  const file = join(folder, "directories.json");
  const directories = Object.fromEntries(
    ALIASES.map((alias) => [
      alias,
      {
        endpoint: vendor.url,
        credentials: {
          accessKeyId: `KEY_${alias}`,
          accessKeySecret: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        },
      },
    ]),
  );
  await writeFile(file, JSON.stringify({ directories }));
  const { UPSTREAM_ENDPOINT: _, ...environment } = environmentFor(vendor.url);
  gateway = await startGateway(
    readConfig({
      ...environment,
      ...Object.fromEntries(ALIASES.map((alias) => [`KEY_${alias}`, alias])),
      DIRECTORIES_FILE: file,
      VERIFICATION_COOLDOWN_SECONDS: "0",
      VERIFICATION_EMAILS_PER_DAY: "1000000",
    }),
  );
});

afterAll(async () => {
  await gateway.close();
  await vendor.stop();
  await rm(folder, { recursive: true });
});

async function asked(
  alias: string,
  { operation, api }: Pick<Case, "operation" | "api">,
  input: Input = STUB_INPUTS[operation],
): Promise<ApiResponse> {
  return api.call(gateway.url, operation, input, {
    "x-resource-directory": alias,
  });
}

/** What is wrong with the outcome of a case; null when it is right. */
async function faultOf(alias: string, one: Case): Promise<string | null> {
  const { operation, place, odd } = one;
  const action = actionOf(operation);
  vendor.clear(alias);
  vendor.answer(alias, action, (params) => {
    const usual = usualAnswer(operation, params);
    return replaced(usual, place, odd) ?? null;
  });
  const { status, code, headers, body } = await asked(alias, one);
  if (status === 500 || JSON.stringify(body).includes('"INTERNAL"')) {
    return "internal error";
  }
  const location = headers.get("location");
  if (location !== null && !LOCATION.test(location)) return "wrong Location";
  if (headers.has("x-odd")) return "injected header";
  if (OPERATIONS[operation].kind === "read") {
    return code === "OK" || code === "UPSTREAM_UNAVAILABLE"
      ? null
      : `read with ${code}`;
  }
  if (vendor.sends(alias, action) !== 1) return "sent again";
  // Nothing that can be read shows whether a message was sent.
  const isKnown = code === "OK" || code === "OUTCOME_UNKNOWN";
  return isKnown && (operation.startsWith("send") || code === "OK")
    ? null
    : `carried out, but ${code}`;
}

describe("a response of the vendor with one odd member", () => {
  it("never becomes an internal error, a header or a second send, and a change that was carried out is reported as such", async () => {
    const faults: string[] = [];
    const lane = async (first: number): Promise<void> => {
      for (let at = first; at < CASES.length; at += LANES) {
        const one = CASES[at];
        const alias = SWEPT[at % SWEPT.length];
        if (one === undefined || alias === undefined) return;
        const fault = await faultOf(alias, one);
        if (fault === null) continue;
        const { operation, api, place, odd } = one;
        const value = String(JSON.stringify(odd)).slice(0, 40);
        faults.push(
          `${operation} by ${api.name}, ${place.join(".")} ${value}: ${fault}`,
        );
      }
    };
    await Promise.all(Array.from({ length: LANES }, (_, n) => lane(n)));
    expect(CASES.length).toBeGreaterThan(1_000);
    expect(faults).toEqual([]);
  }, 120_000);

  const alias = "single";

  it.each(APIS)(
    "is OUTCOME_UNKNOWN over $name when neither the response nor the list has a usable id of the new contact",
    async (api) => {
      const ContactId = "c-ad/../../x?y#z";
      vendor.clear(alias);
      vendor.answer(alias, "AddMessageContact", () => ({
        RequestId: STUB_REQUEST_ID,
        Contact: { ContactId },
      }));
      vendor.answer(alias, "ListMessageContacts", (params) => {
        const usual = usualAnswer("listMessageContacts", params) as {
          Contacts: object[];
        };
        const Contacts = usual.Contacts.map((one) => ({ ...one, ContactId }));
        return { ...usual, Contacts };
      });
      const answer = await asked(alias, {
        operation: "addMessageContact",
        api,
      });
      expect(answer.code).toBe("OUTCOME_UNKNOWN");
      expect(answer.headers.has("location")).toBe(false);
      expect(vendor.sends(alias, "AddMessageContact")).toBe(1);
    },
  );

  it.each(APIS)(
    "has no createdAt over $name when the date is not a text",
    async (api) => {
      vendor.clear(alias);
      vendor.answer(alias, "AddMessageContact", () => ({
        RequestId: STUB_REQUEST_ID,
        Contact: { ContactId: "c-added", CreateDate: { at: 1 } },
      }));
      const { code, data } = await asked(alias, {
        operation: "addMessageContact",
        api,
      });
      expect(code).toBe("OK");
      const contact = { id: "c-added", createdAt: null };
      expect(data).toMatchObject(api.name === "rest" ? contact : { contact });
      expect(vendor.sends(alias, "GetMessageContact")).toBe(0);
    },
  );
});

describe("a response of the vendor without an optional member", () => {
  const alias = "optional";
  const LAST = { TotalCount: 3, PageNumber: 9, PageSize: 10 };

  it.each(
    APIS.flatMap((api) =>
      [{}, { ContactId: STUB_CONTACT }, { Status: "" }].map((status) => ({
        api,
        name: api.name,
        status,
      })),
    ),
  )(
    "is no deletion on record over $name when the status is $status",
    async ({ api, status }) => {
      vendor.clear(alias);
      vendor.answer(alias, "GetMessageContactDeletionStatus", () => ({
        RequestId: STUB_REQUEST_ID,
        ContactDeletionStatus: status,
      }));
      const { code, data } = await asked(alias, {
        operation: "getMessageContactDeletionStatus",
        api,
      });
      expect(code).toBe("OK");
      expect(data).toMatchObject({ state: "UNKNOWN" });
      expect(vendor.sends(alias, "GetMessageContactDeletionStatus")).toBe(1);
    },
  );

  it.each(
    APIS.flatMap((api) =>
      (["listMessageContacts", "listMessageContactVerifications"] as const).map(
        (operation) => ({ api, name: api.name, operation }),
      ),
    ).map((row, index) => ({ ...row, alias: ALIASES[index + 2] ?? "" })),
  )(
    "is an empty page of $operation over $name beyond the last one",
    async ({ api, operation, alias }) => {
      const action = actionOf(operation);
      const contactId =
        operation === "listMessageContacts" ? {} : { contactId: STUB_CONTACT };
      vendor.clear(alias);
      vendor.answer(alias, action, () => ({
        RequestId: STUB_REQUEST_ID,
        ...LAST,
      }));
      const call = { operation, api };
      const beyond = await asked(alias, call, { ...contactId, pageNumber: 9 });
      expect(beyond.code).toBe("OK");
      expect(beyond.data).toMatchObject({ items: [], totalCount: 3 });
      expect(vendor.sends(alias, action)).toBe(1);
      // On the first page three items are missing.
      const first = await asked(alias, call, { ...contactId, pageNumber: 1 });
      expect(first.code).toBe("UPSTREAM_UNAVAILABLE");
    },
  );
});
