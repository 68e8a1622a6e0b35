import {
  afterAll,
  beforeAll,
  afterEach,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import {
  actionOf,
  CONTACT_OPERATIONS,
  type ContactOperation,
} from "../../src/upstream/operations.js";
import {
  BOUND_FOLDER,
  openPending,
  PENDING,
  TOM,
  UNBOUND_FOLDER,
  VALID_INPUTS,
} from "../support/calls.js";
import { APIS, REST, type ApiResponse } from "../support/apis.js";
import { startBoth, type Running } from "../support/running.js";

const TOM_AS_SEEDED = {
  id: TOM,
  name: "tom",
  emailAddress: "tom@example.com",
  phoneNumber: "86-13900001234",
  title: "TECHNICAL_DIRECTOR",
  messageTypes: ["ACCOUNT_EXPENSES"],
  status: "ACTIVE",
  statusRaw: "Active",
  createdAt: "2023-03-27T17:19:21",
  bindings: [{ targetId: BOUND_FOLDER, kind: "FOLDER" }],
};

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const LOCAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/;

/** Expected result of each operation, over both APIs. */
const RESULTS: Readonly<Record<ContactOperation, unknown>> = {
  addMessageContact: {
    id: expect.stringMatching(/^c-/),
    createdAt: expect.stringMatching(LOCAL),
  },
  getMessageContact: TOM_AS_SEEDED,
  listMessageContacts: {
    totalCount: 12,
    pageNumber: 1,
    pageSize: 5,
    hasNextPage: true,
    items: expect.arrayContaining([expect.objectContaining(TOM_AS_SEEDED)]),
  },
  updateMessageContact: { id: TOM },
  cancelMessageContactUpdate: { id: TOM },
  deleteMessageContact: { contactId: TOM, state: "DELETED", failures: [] },
  getMessageContactDeletionStatus: { contactId: TOM, state: "UNKNOWN" },
  sendEmailVerificationForMessageContact: {
    sentAt: expect.stringMatching(INSTANT),
  },
  sendPhoneVerificationForMessageContact: {
    sentAt: expect.stringMatching(INSTANT),
  },
  listMessageContactVerifications: {
    totalCount: 0,
    pageNumber: 1,
    pageSize: 10,
    hasNextPage: false,
    items: [],
  },
  associateMembers: {
    changes: [
      expect.objectContaining({
        contactId: TOM,
        targetId: UNBOUND_FOLDER,
        kind: "FOLDER",
      }),
    ],
  },
  disassociateMembers: {
    changes: [
      expect.objectContaining({ contactId: TOM, targetId: BOUND_FOLDER }),
    ],
  },
};

/** Result of an operation; unwraps the field of a GraphQL payload. */
function resultOf({ data }: ApiResponse): unknown {
  const payload = data as Record<string, unknown> | null;
  if (payload === null || !("errors" in payload)) return data;
  const { contact, deletion, sentAt, changes } = payload;
  if (changes !== undefined) return { changes };
  if (sentAt !== undefined) return { sentAt };
  return deletion ?? contact;
}

const cases = CONTACT_OPERATIONS.flatMap((operation) =>
  APIS.map((api) => ({
    operation,
    api,
    title: `${operation} by ${api.name}`,
  })),
);

describe("each operation", () => {
  let running: Running;

  // Cool-downs and observed deletions are state of a gateway: each case starts its own.
  beforeEach(async () => {
    running = await startBoth();
  });

  afterEach(() => running.stop());

  it.each(cases)(
    "$title makes one signed vendor call",
    async ({ operation, api }) => {
      const { emulator, gateway } = running;
      await openPending(emulator.control, gateway.url, operation);
      emulator.control.clearCalls();
      const response = await api.call(
        gateway.url,
        operation,
        VALID_INPUTS[operation],
      );
      expect(response.code).toBe("OK");
      expect(resultOf(response)).toEqual(
        typeof RESULTS[operation] === "object" &&
          operation !== "listMessageContacts"
          ? expect.objectContaining(RESULTS[operation] as object)
          : RESULTS[operation],
      );
      expect(
        emulator.control
          .calls()
          .map(({ action, method, verdict }) => ({ action, method, verdict })),
      ).toEqual([
        {
          action: actionOf(operation),
          method: "POST",
          verdict:
            operation === "getMessageContactDeletionStatus"
              ? "EntityNotExists.Contact"
              : "ok",
        },
      ]);
    },
  );

  it.each(APIS)("reports all violations at once by $name", async (api) => {
    const { emulator, gateway } = running;
    emulator.control.clearCalls();
    const { code, errors } = await api.call(gateway.url, "addMessageContact", {
      name: "t0m-the-very-long-one",
      emailAddress: "nobody",
      phoneNumber: "1-555",
      title: "OTHER",
      messageTypes: [],
    });
    expect(code).toBe("INVALID_INPUT");
    const found = errors.map(
      ({ field, rule }) => `${field?.join(".")} ${rule}`,
    );
    expect(found.sort()).toEqual(
      [
        "emailAddress format",
        "messageTypes length",
        "name length",
        "name letters-only",
        "phoneNumber format",
      ].sort(),
    );
    expect(emulator.control.calls()).toEqual([]);
  });

  it.each(APIS)(
    "accepts a number in E.164 and returns it in the vendor's format by $name",
    async (api) => {
      const { gateway } = running;
      await api.call(gateway.url, "addMessageContact", {
        ...VALID_INPUTS.addMessageContact,
        phoneNumber: "+8613900005678",
      });
      const { data } = await api.call(gateway.url, "listMessageContacts", {
        pageSize: 100,
      });
      const { items } = data as {
        items: { name: string; phoneNumber: string }[];
      };
      expect(items.find(({ name }) => name === "ann")?.phoneNumber).toBe(
        "86-13900005678",
      );
    },
  );

  it.each(APIS)(
    "lists the contacts bound to one target by $name",
    async (api) => {
      const { data } = await api.call(
        running.gateway.url,
        "listMessageContacts",
        {
          boundTo: BOUND_FOLDER,
        },
      );
      const { items } = data as {
        items: { id: string; associatedAt: string }[];
      };
      expect(items.map(({ id }) => id)).toContain(TOM);
      expect(items[0]?.associatedAt).toMatch(LOCAL);
    },
  );

  it.each(APIS)(
    "returns the old address until the new one is confirmed by $name",
    async (api) => {
      const { emulator, gateway } = running;
      const read = async (): Promise<unknown> => {
        const { data } = await api.call(gateway.url, "getMessageContact", {
          contactId: TOM,
        });
        return (data as { emailAddress: string }).emailAddress;
      };
      await openPending(
        emulator.control,
        gateway.url,
        "cancelMessageContactUpdate",
      );
      expect(await read()).toBe("tom@example.com");
      const { data } = await api.call(
        gateway.url,
        "listMessageContactVerifications",
        {
          contactId: TOM,
        },
      );
      expect((data as { items: unknown[] }).items).toEqual([
        { contactId: TOM, channel: "EMAIL", target: PENDING.emailAddress },
        { contactId: TOM, channel: "PHONE", target: PENDING.phoneNumber },
      ]);
      emulator.control.confirmVerification({
        contactId: TOM,
        target: PENDING.emailAddress,
      });
      expect(await read()).toBe(PENDING.emailAddress);
    },
  );

  it.each(APIS)(
    "reports the states of a deletion until it is final by $name",
    async (api) => {
      const { emulator, gateway } = running;
      const state = async (): Promise<unknown> => {
        const { data } = await api.call(
          gateway.url,
          "getMessageContactDeletionStatus",
          {
            contactId: TOM,
          },
        );
        return data;
      };
      emulator.control.failDeletions({
        contactId: TOM,
        failures: [
          { AccountId: "1997968394350001", MessageTypes: ["FaultMessage"] },
        ],
      });
      const input = { contactId: TOM, retainContactInMembers: false };
      await api.call(gateway.url, "deleteMessageContact", input);
      expect(await state()).toMatchObject({ state: "IN_PROGRESS" });
      emulator.control.advanceClock(60_000);
      expect(await state()).toMatchObject({
        state: "FAILED",
        failures: [
          { accountId: "1997968394350001", messageTypes: ["FAULT_MESSAGE"] },
        ],
      });
      await api.call(gateway.url, "deleteMessageContact", input);
      emulator.control.advanceClock(60_000);
      expect(await state()).toMatchObject({ state: "DELETED" });
    },
  );
});

describe("two gateways in one process", () => {
  it.each(APIS)(
    "accept only the country codes of their own configuration by $name",
    async (api) => {
      const one = await startBoth({}, { PHONE_COUNTRY_CODES: "86" });
      const two = await startBoth({}, { PHONE_COUNTRY_CODES: "86,852" });
      try {
        const add = ({ gateway }: Running): Promise<ApiResponse> =>
          api.call(gateway.url, "addMessageContact", {
            ...VALID_INPUTS.addMessageContact,
            phoneNumber: "+85251234567",
          });
        const rejected = await add(one);
        expect(rejected.code).toBe("INVALID_INPUT");
        expect(rejected.errors).toMatchObject([
          { field: ["phoneNumber"], rule: "country-code" },
        ]);
        expect(one.emulator.control.calls()).toEqual([]);
        await add(two);
        expect(two.emulator.control.calls()[0]?.params).toMatchObject({
          PhoneNumber: "852-51234567",
        });
      } finally {
        await one.stop();
        await two.stop();
      }
    },
  );
});

describe("the REST API", () => {
  let running: Running;

  beforeAll(async () => {
    running = await startBoth();
  });

  afterAll(() => running.stop());

  it("returns 201 with the Location of a new contact", async () => {
    const { status, headers, data } = await REST.call(
      running.gateway.url,
      "addMessageContact",
      VALID_INPUTS.addMessageContact,
    );
    const { id } = data as { id: string };
    expect(status).toBe(201);
    expect(headers.get("location")).toBe(`/v1/message-contacts/${id}`);
  });

  it("returns a Link header with the pages of a list", async () => {
    const { headers } = await REST.call(
      running.gateway.url,
      "listMessageContacts",
      {
        pageNumber: 2,
        pageSize: 5,
      },
    );
    const rels = [
      ...(headers.get("link") ?? "").matchAll(
        /pageNumber=(\d+)[^>]*>; rel="(\w+)"/g,
      ),
    ];
    expect(rels.map(([, page, rel]) => `${rel} ${page}`)).toEqual([
      "first 1",
      "prev 1",
      "next 3",
      "last 3",
    ]);
  });

  it("returns 202 with Location and Retry-After while a deletion runs", async () => {
    const { status, headers } = await REST.call(
      running.gateway.url,
      "deleteMessageContact",
      {
        contactId: TOM,
        retainContactInMembers: false,
      },
    );
    expect(status).toBe(202);
    expect(headers.get("location")).toBe(
      `/v1/message-contacts/${TOM}/deletion`,
    );
    expect(headers.get("retry-after")).toBe("2");
  });

  it("returns 404 for a contact that does not exist", async () => {
    const { status, code } = await REST.call(
      running.gateway.url,
      "getMessageContact",
      {
        contactId: "c-0000000000000000",
      },
    );
    expect([status, code]).toEqual([404, "CONTACT_NOT_FOUND"]);
  });

  it("returns Chinese messages when Accept-Language prefers Chinese", async () => {
    const { body, headers } = await REST.call(
      running.gateway.url,
      "getMessageContact",
      { contactId: "c-0000000000000000" },
      { "accept-language": "zh-CN,zh;q=0.9" },
    );
    expect((body as { title: string }).title).toBe(
      "该资源目录中不存在此联系人。",
    );
    expect(headers.get("content-language")).toBe("zh");
  });
});
