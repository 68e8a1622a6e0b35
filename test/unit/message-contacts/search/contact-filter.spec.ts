import { describe, expect, it } from "@jest/globals";
import {
  meets,
  ordered,
  type ContactFilter,
} from "../../../../src/message-contacts/search/contact-filter.js";
import {
  BindingTargetKind,
  ContactOrder,
  ContactStatus,
  ContactTitle,
  MessageType,
} from "../../../../src/message-contacts/shapes/enums.js";
import type { MessageContact } from "../../../../src/message-contacts/shapes/message-contact.js";

const TOM: MessageContact = {
  id: "c-1",
  etag: "etag",
  name: "Tom",
  emailAddress: "chief@example.com",
  phoneNumber: "86-13900001234",
  title: ContactTitle.CEO,
  titleRaw: "CEO",
  messageTypes: [MessageType.FAULT_MESSAGE, MessageType.SECURITY_MESSAGE],
  messageTypesRaw: ["FaultMessage", "SecurityMessage"],
  status: ContactStatus.ACTIVE,
  statusRaw: "Active",
  createdAt: "2023-03-27T17:19:21",
  associatedAt: null,
  bindings: [{ targetId: "fd-1", kind: BindingTargetKind.FOLDER }],
};

const CONDITIONS: readonly [string, ContactFilter, boolean][] = [
  ["no condition", {}, true],
  ["a part of the name in another case", { search: "OM" }, true],
  ["full-width letters of the name", { search: "ｔｏｍ" }, true],
  ["a text that no field contains", { search: "tim" }, false],
  ["a part of the address", { search: "chief@" }, true],
  ["a part of the number", { search: "0001234" }, true],
  ["the status", { status: [ContactStatus.ACTIVE] }, true],
  ["another status", { status: [ContactStatus.VERIFYING] }, false],
  [
    "the title among others",
    { titles: [ContactTitle.OTHER, ContactTitle.CEO] },
    true,
  ],
  ["another title", { titles: [ContactTitle.OTHER] }, false],
  [
    "any of two types, of which it receives one",
    {
      messageTypes: {
        any: [MessageType.FAULT_MESSAGE, MessageType.PRODUCT_MESSAGE],
      },
    },
    true,
  ],
  [
    "all of two types, of which it receives one",
    {
      messageTypes: {
        all: [MessageType.FAULT_MESSAGE, MessageType.PRODUCT_MESSAGE],
      },
    },
    false,
  ],
  [
    "all of two types that it receives",
    {
      messageTypes: {
        all: [MessageType.FAULT_MESSAGE, MessageType.SECURITY_MESSAGE],
      },
    },
    true,
  ],
  ["a binding", { isBound: true }, true],
  ["no binding", { isBound: false }, false],
  ["one condition of two", { isBound: true, search: "tim" }, false],
];

describe("the conditions on a contact", () => {
  it.each(CONDITIONS)("with %s", (_title, filter, expected) => {
    expect(meets(filter, TOM, true)).toBe(expected);
  });

  it.each(["chief@", "0001234"])(
    "do not search %s for a caller who may not read it",
    (search) => {
      expect(meets({ search }, TOM, false)).toBe(false);
    },
  );

  it("are not met by a contact without a title when titles are given", () => {
    const nobody = { ...TOM, title: null, titleRaw: null };
    expect(meets({ titles: [ContactTitle.CEO] }, nobody, true)).toBe(false);
  });
});

describe("the order of contacts", () => {
  const CONTACTS = [
    { ...TOM, id: "c-3", name: "ben", createdAt: null },
    { ...TOM, id: "c-2", name: "Ben", createdAt: "2024-01-01T00:00:00" },
    { ...TOM, id: "c-1", name: "amy", createdAt: "2025-01-01T00:00:00" },
  ];

  it.each([
    [undefined, ["c-3", "c-2", "c-1"]],
    [ContactOrder.NAME_ASC, ["c-1", "c-3", "c-2"]],
    [ContactOrder.NAME_DESC, ["c-2", "c-3", "c-1"]],
    [ContactOrder.CREATED_AT_ASC, ["c-3", "c-2", "c-1"]],
    [ContactOrder.CREATED_AT_DESC, ["c-1", "c-2", "c-3"]],
  ])("by %s is the same for each order of the input", (order, expected) => {
    const ids = (contacts: readonly MessageContact[]): string[] =>
      ordered(contacts, order).map(({ id }) => id);
    expect(ids(CONTACTS)).toEqual(expected);
    if (order !== undefined) {
      expect(ids([...CONTACTS].reverse())).toEqual(expected);
    }
  });
});
