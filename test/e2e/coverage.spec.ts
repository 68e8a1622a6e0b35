import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import type { Seed } from "../../src/emulator/contacts/seeds.js";
import { SCOPES } from "../../src/context/caller.js";
import { parseCsv } from "../../src/csv/csv-parser.js";
import { COVERAGE_APIS } from "../support/coverage-apis.js";
import { startBoth, type Running } from "../support/running.js";
import { bearer, keysFor, newFolder } from "../support/signed-in.js";

const SHOP = "1997968394350002";
const LOGS = "1997968394350001";

/** Three contacts in a small directory, one of them not verified. */
const SEED: Seed = {
  directory: {
    directoryId: "rd-3gqx5n",
    rootFolderId: "r-Zj29gL",
    folders: [{ folderId: "fd-ZDNPiT7a4K", name: "production" }],
    members: [
      { accountId: LOGS, name: "log-archive" },
      { accountId: SHOP, name: "=shop", folderId: "fd-ZDNPiT7a4K" },
    ],
  },
  contacts: [
    {
      contactId: "c-director1",
      name: "tom",
      emailAddress: "tom@example.com",
      title: "CEO",
      messageTypes: ["SecurityMessage"],
      status: "Active",
      createDate: "2023-03-27 17:19:21",
      bindings: [
        { targetId: "rd-3gqx5n", associatedDate: "2023-03-27 17:25:03" },
        { targetId: SHOP, associatedDate: "2023-03-27 17:25:03" },
      ],
    },
    {
      contactId: "c-folder1",
      name: "lisa",
      emailAddress: "lisa@example.com",
      title: "CEO",
      messageTypes: ["SecurityMessage", "FaultMessage"],
      status: "Active",
      createDate: "2023-03-27 17:19:21",
      bindings: [
        { targetId: "fd-ZDNPiT7a4K", associatedDate: "2023-03-27 17:25:03" },
      ],
    },
    {
      contactId: "c-waiting1",
      name: "ben",
      emailAddress: "ben@example.com",
      title: "CEO",
      messageTypes: ["FaultMessage"],
      status: "Verifying",
      createDate: "2023-03-27 17:19:21",
      bindings: [{ targetId: LOGS, associatedDate: "2023-03-27 17:25:03" }],
    },
  ],
};

const MASKED = SCOPES.filter((scope) => scope !== "contacts:read-personal");
const { file, keys } = keysFor({
  all: { scopes: SCOPES },
  masked: { scopes: MASKED },
});
const folder = newFolder();
let running: Running;

beforeAll(async () => {
  running = await startBoth(
    { seed: SEED },
    { API_KEYS_FILE: folder.write("keys.json", file) },
  );
});

beforeEach(() => running.emulator.control.reset());

afterAll(async () => {
  await running.stop();
  folder.remove();
});

/** Without the cache of accounts, which other tests have filled. */
const FRESH = { ...bearer(keys.all), "cache-control": "no-cache" };

describe.each(COVERAGE_APIS)("coverage over $name", (api) => {
  const coverage = (args = {}, headers: Record<string, string> = FRESH) =>
    api.coverage(running.gateway.url, args, headers);

  it("reports the gaps of each account for the three default types", async () => {
    const { code, data } = await coverage();
    expect(code).toBe("OK");
    const gaps = data?.items.map(({ accountId, messageTypes }) => [
      accountId,
      ...messageTypes.map((type) => [
        type.messageType,
        type.boundActive,
        type.boundVerifying,
        type.gap,
      ]),
    ]);
    expect(new Set(gaps)).toEqual(
      new Set([
        [
          LOGS,
          ["SECURITY_MESSAGE", 1, 0, null],
          ["FAULT_MESSAGE", 0, 1, "ONLY_UNVERIFIED"],
          ["ACCOUNT_EXPENSES", 0, 0, "NOBODY"],
        ],
        [
          SHOP,
          ["SECURITY_MESSAGE", 2, 0, null],
          ["FAULT_MESSAGE", 1, 0, null],
          ["ACCOUNT_EXPENSES", 0, 0, "NOBODY"],
        ],
      ]),
    );
  });

  it("summarizes all accounts, also those without gaps", async () => {
    const { data } = await coverage({
      requiredTypes: ["FAULT_MESSAGE", "SECURITY_MESSAGE"],
      minRecipients: 2,
      under: SHOP,
    });
    expect(data?.summary).toEqual({
      accounts: 1,
      accountsWithGaps: 1,
      messageTypes: [
        {
          messageType: "FAULT_MESSAGE",
          coveredAccounts: 0,
          nobodyAccounts: 0,
          onlyUnverifiedAccounts: 0,
          tooFewAccounts: 1,
        },
        {
          messageType: "SECURITY_MESSAGE",
          coveredAccounts: 1,
          nobodyAccounts: 0,
          onlyUnverifiedAccounts: 0,
          tooFewAccounts: 0,
        },
      ],
    });
  });

  it("leaves out accounts without gaps, unless onlyGaps is false", async () => {
    const args = { requiredTypes: ["FAULT_MESSAGE"] };
    const { data } = await coverage(args);
    expect(data?.items.map(({ accountId }) => accountId)).toEqual([LOGS]);
    const all = await coverage({ ...args, onlyGaps: false });
    expect(all.data?.totalCount).toBe(2);
    expect(all.data?.items.map(({ hasGap }) => hasGap).sort()).toEqual([
      false,
      true,
    ]);
  });

  it("returns pages that together contain each account once", async () => {
    const first = await coverage({ pageSize: 1 });
    const second = await coverage({ pageSize: 1, pageNumber: 2 });
    expect([first.data?.hasNextPage, second.data?.hasNextPage]).toEqual([
      true,
      false,
    ]);
    const pages = [first, second].flatMap(({ data }) => data?.items ?? []);
    expect(new Set(pages.map(({ accountId }) => accountId))).toEqual(
      new Set([LOGS, SHOP]),
    );
    expect(
      (await coverage({ pageSize: 1, pageNumber: 9 })).data?.items,
    ).toEqual([]);
  });

  it("rejects an unknown folder", async () => {
    expect((await coverage({ under: "fd-neverExist" })).code).toBe(
      "BINDING_TARGET_NOT_FOUND",
    );
  });

  it.each([
    { requiredTypes: [] },
    { requiredTypes: ["FAULT_MESSAGE", "FAULT_MESSAGE"] },
    { minRecipients: 0 },
    { minRecipients: 101 },
    { under: "nowhere" },
    { pageSize: 1_001 },
    { pageNumber: 0 },
  ])("rejects %j", async (args) => {
    // A query string cannot contain an empty list.
    if (api.name === "REST" && args.requiredTypes?.length === 0) return;
    expect((await coverage(args)).code).toBe("INVALID_INPUT");
    expect(running.emulator.control.calls()).toEqual([]);
  });

  it.each([
    ["GetResourceDirectory", "NoPermission", "UPSTREAM_DENIED"],
    ["ListAccounts", "NoPermission", "UPSTREAM_DENIED"],
    ["ListMessageContacts", "NoPermission", "UPSTREAM_DENIED"],
    ["ListAccounts", "InternalError", "UPSTREAM_UNAVAILABLE"],
  ])(
    "fails as a whole when %s fails with %s",
    async (operation, error, code) => {
      running.emulator.control.addFault({
        operation,
        effect: "error",
        code: error,
        times: null,
      });
      const answer = await coverage();
      expect([answer.code, answer.data]).toEqual([code, null]);
    },
  );
});

describe.each(COVERAGE_APIS)("recipients over $name", (api) => {
  const recipients = (args: object, headers: Record<string, string> = FRESH) =>
    api.recipients(running.gateway.url, { ...args }, headers);

  it("lists the contacts of an account with the bindings responsible", async () => {
    const { data } = await recipients({ accountId: SHOP });
    expect(data).toMatchObject({
      accountId: SHOP,
      accountName: "=shop",
      path: ["rd-3gqx5n", "r-Zj29gL", "fd-ZDNPiT7a4K", SHOP],
    });
    expect(
      data?.recipients.map(({ contact, bindings }) => [
        contact.id,
        ...bindings.map(({ targetId }) => targetId),
      ]),
    ).toEqual([
      ["c-director1", "rd-3gqx5n", SHOP],
      ["c-folder1", "fd-ZDNPiT7a4K"],
    ]);
  });

  it("filters by message type", async () => {
    const { data } = await recipients({
      accountId: LOGS,
      messageType: "FAULT_MESSAGE",
    });
    expect(data?.recipients.map(({ contact }) => contact.id)).toEqual([
      "c-waiting1",
    ]);
  });

  it("masks addresses without contacts:read-personal", async () => {
    const { data } = await recipients(
      { accountId: LOGS },
      { ...FRESH, ...bearer(keys.masked) },
    );
    expect(data?.recipients.map(({ contact }) => contact.emailAddress)).toEqual(
      ["t***@example.com", "b***@example.com"],
    );
  });

  it("finds no account that the directory does not contain", async () => {
    const answer = await recipients({ accountId: "42" });
    expect([answer.status, answer.code, answer.data]).toEqual(
      api.name === "REST"
        ? [404, "BINDING_TARGET_NOT_FOUND", null]
        : [200, "OK", null],
    );
  });

  it("rejects the id of a folder", async () => {
    expect((await recipients({ accountId: "fd-ZDNPiT7a4K" })).code).toBe(
      "INVALID_INPUT",
    );
  });
});

describe.each(COVERAGE_APIS)("deletionPreview over $name", (api) => {
  const preview = (contactId: string) =>
    api.deletionPreview(running.gateway.url, { contactId }, FRESH);

  it("names the accounts that would lose their last contact", async () => {
    const { data } = await preview("c-director1");
    expect(data).toMatchObject({
      contactId: "c-director1",
      boundAccounts: 2,
      isSafe: false,
      totalCount: 1,
    });
    expect(data?.items[0]).toMatchObject({
      accountId: LOGS,
      messageTypes: [{ messageType: "SECURITY_MESSAGE", gap: "NOBODY" }],
    });
  });

  it("is safe for a contact that is not verified", async () => {
    expect((await preview("c-waiting1")).data).toMatchObject({
      boundAccounts: 1,
      isSafe: true,
      items: [],
    });
  });

  it("finds no contact that the directory does not contain", async () => {
    const answer = await preview("c-unknown");
    expect([answer.code, answer.data]).toEqual([
      api.name === "REST" ? "CONTACT_NOT_FOUND" : "OK",
      null,
    ]);
  });
});

describe("GET /v1/coverage as CSV", () => {
  const csv = (query: string, headers: Record<string, string> = {}) =>
    fetch(`${running.gateway.url}/v1/coverage?${query}`, {
      headers: { ...FRESH, ...headers },
    });

  it.each([
    ["format=csv", {}],
    ["", { accept: "text/csv" }],
    ["format=csv", { accept: "application/json" }],
  ])("has one line for each gap (%s, %j)", async (query, headers) => {
    const response = await csv(query, headers);
    expect(response.headers.get("content-type")).toMatch(/^text\/csv;/);
    expect(response.headers.get("content-disposition")).toBe(
      'attachment; filename="coverage.csv"',
    );
    expect(response.headers.get("vary")).toContain("accept");
    const [header, ...rows] = await parseCsv(await response.text());
    expect(header?.cells).toEqual([
      "accountId",
      "accountName",
      "folderId",
      "messageType",
      "boundActive",
      "boundVerifying",
      "gap",
    ]);
    expect(new Set(rows.map(({ cells }) => cells))).toEqual(
      new Set([
        [
          LOGS,
          "log-archive",
          "r-Zj29gL",
          "FAULT_MESSAGE",
          "0",
          "1",
          "ONLY_UNVERIFIED",
        ],
        [
          LOGS,
          "log-archive",
          "r-Zj29gL",
          "ACCOUNT_EXPENSES",
          "0",
          "0",
          "NOBODY",
        ],
        [
          SHOP,
          "=shop",
          "fd-ZDNPiT7a4K",
          "ACCOUNT_EXPENSES",
          "0",
          "0",
          "NOBODY",
        ],
      ]),
    );
  });

  it("keeps ids and formulas as text in spreadsheets", async () => {
    const text = await (await csv("format=csv&onlyGaps=false")).text();
    expect(text).toContain(`'${SHOP},'=shop,`);
    expect(text.trim().split("\r\n")).toHaveLength(7);
  });

  it.each(["", "*/*", "application/json", "image/png"])(
    "is JSON with Accept: %s",
    async (accept) => {
      const response = await csv("", { accept });
      expect(response.headers.get("content-type")).toMatch(/json/);
    },
  );

  it("returns an error as a problem document", async () => {
    const response = await csv("format=csv&under=fd-neverExist");
    expect(response.status).toBe(422);
    expect(response.headers.get("content-type")).toMatch(/problem\+json/);
  });
});
