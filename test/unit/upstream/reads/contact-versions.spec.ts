import { describe, expect, it } from "@jest/globals";
import {
  ContactVersions,
  satisfies,
} from "../../../../src/upstream/reads/contact-versions.js";
import type { VendorContact } from "../../../../src/upstream/vendor/vendor-types.js";

const TOM: VendorContact = {
  ContactId: "c-1",
  Name: "tom",
  EmailAddress: "tom@example.com",
  Title: "CEO",
  MessageTypes: ["ServiceMessage", "FaultMessage"],
  Members: ["fd-1", "fd-2"],
  Status: "Active",
  CreateDate: "2023-03-27 17:19:21",
};

const versions = new ContactVersions("secret");

describe("the version of a contact", () => {
  it("is the same for every representation of one state", () => {
    const same: VendorContact[] = [
      { ...TOM },
      { ...TOM, PhoneNumber: "" },
      { ...TOM, AssociatedDate: "2024-01-02 03:04:05" },
      { ...TOM, Members: ["fd-2", "fd-1"] },
      { ...TOM, MessageTypes: ["FaultMessage", "ServiceMessage"] },
    ];
    expect(new Set(same.map((one) => versions.of(one))).size).toBe(1);
    expect(new ContactVersions("secret").of({ ...TOM })).toBe(versions.of(TOM));
  });

  it.each<Partial<VendorContact>>([
    { ContactId: "c-2" },
    { Name: "tim" },
    { EmailAddress: "tim@example.com" },
    { PhoneNumber: "86-13900001234" },
    { Title: "Other" },
    { Status: "Deleting" },
    { CreateDate: "2024-01-02 03:04:05" },
    { Members: ["fd-1"] },
    { MessageTypes: [] },
  ])("changes with %j", (change) => {
    expect(versions.of({ ...TOM, ...change })).not.toBe(versions.of(TOM));
  });

  it("depends on the secret, so that nobody can test guesses of masked values", () => {
    expect(new ContactVersions("other").of(TOM)).not.toBe(versions.of(TOM));
  });

  it.each([
    "*",
    "v1",
    '"v1"',
    '"v1.abc"',
    '"x", "v1.abc"',
    ' "v1" ',
    '"v1","x"',
  ])("satisfies the condition %s", (condition) => {
    expect(satisfies("v1", condition)).toBe(true);
  });

  it.each([
    "",
    "v2",
    'W/"v1"',
    '"v1',
    'v1"',
    '"v10"',
    '"x.v1"',
    '"*"',
    "v1, v1",
  ])("does not satisfy the condition %s", (condition) => {
    expect(satisfies("v1", condition)).toBe(false);
  });
});
