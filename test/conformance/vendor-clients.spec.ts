import { describe, expect, it } from "@jest/globals";
import type { RunningEmulator } from "../../src/emulator/emulator.server.js";
import { NEW_CONTACT, TOM, withEmulator } from "../support/emulator-fixture.js";
import {
  openApi,
  popCore,
  type VendorCall,
} from "../support/emulator-vendor-clients.js";

const FOLDER = "fd-ZDNPiT7a4K";
const MEMBER = "1997968394350001";
const REQUEST_ID = /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/;
const DATE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;

/** Calls each of the twelve operations at least once and checks the responses. */
async function walkThrough(
  call: VendorCall,
  { control }: RunningEmulator,
): Promise<void> {
  const added = await call("AddMessageContact", NEW_CONTACT);
  expect(added).toEqual({
    RequestId: expect.stringMatching(REQUEST_ID),
    Contact: {
      ContactId: expect.stringMatching(/^c-[A-Za-z0-9]{16}$/),
      CreateDate: expect.stringMatching(DATE),
    },
  });
  const ContactId = (added["Contact"] as { ContactId: string }).ContactId;
  const read = async () =>
    (await call("GetMessageContact", { ContactId }))["Contact"];

  expect(await read()).toEqual({
    ContactId,
    Name: "neo",
    EmailAddress: "neo@example.com",
    PhoneNumber: "86-13900001234",
    Title: "TechnicalDirector",
    MessageTypes: ["ServiceMessage", "FaultMessage"],
    Members: [],
    Status: "Verifying",
    CreateDate: expect.stringMatching(DATE),
  });
  expect(
    await call("ListMessageContactVerifications", { ContactId }),
  ).toMatchObject({
    TotalCount: 2,
    PageSize: 10,
    PageNumber: 1,
    ContactVerifications: [
      { ContactId, Target: "neo@example.com" },
      { ContactId, Target: "86-13900001234" },
    ],
  });
  expect(
    await call("SendEmailVerificationForMessageContact", {
      ContactId,
      EmailAddress: "neo@example.com",
    }),
  ).toEqual({ RequestId: expect.stringMatching(REQUEST_ID) });
  await call("SendPhoneVerificationForMessageContact", {
    ContactId,
    PhoneNumber: "86-13900001234",
  });
  for (const { contactId, target } of control.outbox()) {
    control.confirmVerification({ contactId, target });
  }
  expect(await read()).toMatchObject({ Status: "Active" });

  await call("UpdateMessageContact", {
    ContactId,
    Name: "赵云",
    EmailAddress: "ops+rd@example.com",
    MessageTypes: ["SecurityMessage"],
  });
  expect(await read()).toMatchObject({
    Name: "赵云",
    EmailAddress: "neo@example.com",
    MessageTypes: ["SecurityMessage"],
  });
  await call("CancelMessageContactUpdate", {
    ContactId,
    EmailAddress: "ops+rd@example.com",
  });
  expect(
    await call("ListMessageContactVerifications", { ContactId }),
  ).toMatchObject({ TotalCount: 0, ContactVerifications: [] });

  expect(
    await call("AssociateMembers", { ContactId, Members: [FOLDER, MEMBER] }),
  ).toMatchObject({
    Members: [
      {
        ContactId,
        MemberId: FOLDER,
        ModifyDate: expect.stringMatching(DATE),
      },
      { ContactId, MemberId: MEMBER },
    ],
  });
  expect(
    await call("ListMessageContacts", {
      Member: FOLDER,
      PageNumber: 1,
      PageSize: 2,
    }),
  ).toMatchObject({
    TotalCount: 2,
    PageSize: 2,
    PageNumber: 1,
    Contacts: [
      { ContactId: TOM, AssociatedDate: "2023-03-27 17:25:03" },
      { ContactId, Members: [FOLDER, MEMBER] },
    ],
  });
  expect(
    await call("DisassociateMembers", { ContactId, Members: [MEMBER] }),
  ).toMatchObject({ Members: [{ ContactId, MemberId: MEMBER }] });

  expect(
    await call("DeleteMessageContact", {
      ContactId,
      RetainContactInMembers: false,
    }),
  ).toMatchObject({ Status: "Deleting" });
  expect(
    await call("GetMessageContactDeletionStatus", { ContactId }),
  ).toMatchObject({
    ContactDeletionStatus: {
      Status: "Deleting",
      ContactId,
      FailReasonList: [],
    },
  });
  control.advanceClock(10_000);
  await expect(
    call("GetMessageContactDeletionStatus", { ContactId }),
  ).rejects.toMatchObject({ code: "EntityNotExists.Contact" });
}

describe("the vendor's own clients", () => {
  it.each<[string, (url: string) => VendorCall]>([
    ["pop-core by POST", (url) => popCore(url, "POST")],
    ["pop-core by GET", (url) => popCore(url, "GET")],
    ["openapi-client, version 3", (url) => openApi(url, "ACS3-HMAC-SHA256")],
    [
      "openapi-client, version 3 by GET",
      (url) => openApi(url, "ACS3-HMAC-SHA256", "GET"),
    ],
    ["openapi-client, version 1", (url) => openApi(url, "v2")],
  ])("call all twelve operations: %s", async (_name, connect) => {
    await withEmulator({}, async (emulator) => {
      await walkThrough(connect(emulator.url), emulator);
      const actions = emulator.control.calls().map(({ action }) => action);
      expect(new Set(actions).size).toBe(12);
      const refused = emulator.control
        .calls()
        .filter(({ verdict }) => verdict !== "ok");
      expect(refused).toHaveLength(1);
    });
  });

  it.each<[string, (url: string) => VendorCall]>([
    ["pop-core", (url) => popCore(url, "POST")],
    ["openapi-client, version 3", (url) => openApi(url, "ACS3-HMAC-SHA256")],
    ["openapi-client, version 1", (url) => openApi(url, "v2")],
  ])("read the code of an error: %s", async (_name, connect) => {
    await withEmulator({}, async ({ url }) => {
      await expect(
        connect(url)("AddMessageContact", { ...NEW_CONTACT, Name: "tom" }),
      ).rejects.toMatchObject({ code: "InvalidParameter.Name.AlreadyUsed" });
    });
  });
});
