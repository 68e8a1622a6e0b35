import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { ContactsPlan } from "../../../src/contacts-plan/planner/contacts-plan.js";
import type {
  DesiredContact,
  DesiredContacts,
} from "../../../src/contacts-plan/planner/desired-contact.js";
import {
  addressChanges,
  planContacts,
} from "../../../src/contacts-plan/planner/plan-contacts.js";
import { TargetLookup } from "../../../src/contacts-plan/planner/target-lookup.js";
import { DirectoryTree } from "../../../src/directory/directory-tree.js";
import {
  ContactStatus,
  ContactTitle,
  MessageType,
} from "../../../src/message-contacts/shapes/enums.js";
import {
  ModelledDirectory,
  modelContact,
} from "../../support/contacts-plan/modelled-directory.js";

const QUOTAS = { contacts: 20, targetsPerContact: 10 };
const SETTINGS = { PHONE_COUNTRY_CODES: ["86"] };
const FOLDERS = Array.from({ length: 14 }, (_, n) => `fd-${n}`);

const TREE = new DirectoryTree({
  directoryId: "rd-1",
  rootFolderId: "r-1",
  managementAccountId: "100",
  accounts: [
    {
      id: "201",
      name: "shop",
      status: "",
      folderId: "fd-0",
      ancestorIds: ["rd-1", "r-1", "fd-0"],
      tags: [],
    },
    {
      id: "202",
      name: "shop",
      status: "",
      folderId: "r-1",
      ancestorIds: ["rd-1", "r-1"],
      tags: [],
    },
  ],
  folders: [
    { id: "r-1", name: "root", parentId: null },
    ...FOLDERS.map((id, n) => ({
      id,
      name: `folder${n}`,
      parentId: n === 1 ? "fd-0" : "r-1",
    })),
  ],
});
const TARGETS = new TargetLookup(TREE);

function planFor(
  input: DesiredContacts,
  directory: ModelledDirectory,
): ContactsPlan {
  const { current } = directory;
  const pending = new Map(
    addressChanges(input, current, SETTINGS).map((id) => [
      id,
      directory.pending.get(id) ?? [],
    ]),
  );
  return planContacts(input, {
    current,
    pending,
    targets: TARGETS,
    quotas: QUOTAS,
    settings: SETTINGS,
  });
}

const directoryOf = (
  ...contacts: ReturnType<typeof modelContact>[]
): ModelledDirectory => new ModelledDirectory(contacts, QUOTAS);

const NAMES = ["anna", "bert", "cleo", "dora", "emil", "fred"];
const anyName = fc.constantFrom(...NAMES);
const anyEmail = fc.constantFrom(
  "a@example.com",
  "b@example.com",
  "c@Example.com",
);
const anyPhone = fc.constantFrom("86-13900001111", "86-13900002222");
const anyTitle = fc.constantFrom(ContactTitle.CEO, ContactTitle.OTHER);
const anyTypes = fc.uniqueArray(
  fc.constantFrom(MessageType.FAULT_MESSAGE, MessageType.SECURITY_MESSAGE),
  { minLength: 1 },
);
const anyTargetIds = fc.uniqueArray(
  fc.constantFrom("rd-1", "r-1", "201", "202", ...FOLDERS),
  { maxLength: 10 },
);

const anyCurrent = fc
  .uniqueArray(
    fc.record({
      name: anyName,
      emailAddress: anyEmail,
      phoneNumber: fc.option(anyPhone),
      title: fc.option(anyTitle),
      messageTypes: anyTypes,
      status: fc.constantFrom(ContactStatus.ACTIVE, ContactStatus.VERIFYING),
      targetIds: anyTargetIds,
    }),
    { selector: ({ name }) => name },
  )
  .map((contacts) =>
    contacts.map((contact, n) => modelContact(`c-${n}`, contact)),
  );

const anyInput: fc.Arbitrary<DesiredContacts> = fc.record({
  contacts: fc.uniqueArray(
    fc
      .record(
        {
          id: fc.constantFrom("c-0", "c-1", "c-2", "c-99"),
          name: anyName,
          emailAddress: anyEmail,
          phoneNumber: anyPhone,
          title: anyTitle,
          messageTypes: anyTypes,
          targets: anyTargetIds,
        },
        { requiredKeys: ["name", "emailAddress", "title", "messageTypes"] },
      )
      .map((contact): DesiredContact => contact),
    { selector: ({ name }) => name },
  ),
  prune: fc.boolean(),
});

/** Cases without a problem; a plan with one is never applied. */
function assertForPlans(
  check: (
    plan: ContactsPlan,
    input: DesiredContacts,
    directory: ModelledDirectory,
    stop: number,
  ) => void,
): void {
  fc.assert(
    fc.property(anyCurrent, anyInput, fc.nat(20), (contacts, input, stop) => {
      const directory = directoryOf(...contacts);
      const plan = planFor(input, directory);
      fc.pre(plan.problems.length === 0);
      check(plan, input, directory, stop);
    }),
    { numRuns: 300 },
  );
}

describe("planContacts", () => {
  it("is empty after its changes were made, which the vendor's rules accept in this order", () => {
    assertForPlans((plan, input, directory) => {
      directory.apply(plan.changes);
      const again = planFor(input, directory);
      expect(again.changes).toEqual([]);
      expect(again.isEmpty).toBe(true);
    });
  });

  it("converges when it is stopped after any change and made again", () => {
    assertForPlans((plan, input, directory, stop) => {
      directory.apply(plan.changes.slice(0, stop));
      const rest = planFor(input, directory);
      expect(rest.problems).toEqual([]);
      directory.apply(rest.changes);
      expect(planFor(input, directory).changes).toEqual([]);
    });
  });

  it("puts deletions last and predicts the number of contacts", () => {
    assertForPlans(({ changes, quota }, input, directory) => {
      const kinds = changes.map(({ kind }) => String(kind));
      const first = kinds.indexOf("DELETE");
      if (first >= 0) {
        expect(new Set(kinds.slice(first))).toEqual(new Set(["DELETE"]));
      }
      directory.apply(changes);
      expect(directory.current.length).toBe(quota.contactsAfter);
      if (input.prune === true) {
        expect(directory.current.length).toBe(input.contacts.length);
      }
    });
  });

  it("has another digest for another state of the contacts that it changes", () => {
    assertForPlans((plan, input, directory) => {
      const changed = plan.changes.find(({ contactId }) => contactId !== null);
      fc.pre(changed !== undefined);
      const id = changed?.contactId ?? "";
      const contact = directory.contacts.get(id);
      directory.contacts.set(id, {
        ...(contact ?? modelContact(id, {})),
        etag: "changed elsewhere",
      });
      expect(planFor(input, directory).digest).not.toBe(plan.digest);
    });
  });

  it("plans nothing for a new address that waits for verification, and names it", () => {
    const directory = directoryOf(modelContact("c-1", { name: "anna" }));
    directory.pending.set("c-1", ["new@example.com"]);
    const input = {
      contacts: [{ name: "anna", emailAddress: "new@example.com" }],
    };
    const plan = planFor(input, directory);
    expect(plan.changes).toEqual([]);
    expect(plan.waiting).toEqual([
      { contactId: "c-1", name: "anna", channels: ["EMAIL"] },
    ]);
  });

  it("recognizes a rename by id and changes only the name", () => {
    const directory = directoryOf(modelContact("c-1", { name: "anna" }));
    const plan = planFor(
      { contacts: [{ id: "c-1", name: "bert" }] },
      directory,
    );
    expect(plan.changes).toMatchObject([
      {
        kind: "UPDATE",
        contactId: "c-1",
        fields: [{ field: "NAME", before: ["anna"], after: ["bert"] }],
        verifications: [],
      },
    ]);
  });

  it("frees a name before another contact takes it", () => {
    const directory = directoryOf(
      modelContact("c-1", { name: "anna" }),
      modelContact("c-2", { name: "bert" }),
    );
    const contacts = [
      { id: "c-1", name: "bert" },
      { id: "c-2", name: "cleo" },
    ];
    const { changes } = planFor({ contacts }, directory);
    expect(changes.map(({ contactId }) => contactId)).toEqual(["c-2", "c-1"]);
  });

  it("accepts phone numbers in both forms, and domains in upper and lower case", () => {
    const directory = directoryOf(
      modelContact("c-1", {
        name: "anna",
        phoneNumber: "86-13900001111",
        emailAddress: "a@example.com",
      }),
    );
    const contacts = [
      {
        name: "anna",
        phoneNumber: "+8613900001111",
        emailAddress: "a@EXAMPLE.com",
      },
    ];
    expect(planFor({ contacts }, directory).isEmpty).toBe(true);
  });

  it("leaves fields alone that the input omits", () => {
    const directory = directoryOf(
      modelContact("c-1", { name: "anna", targetIds: ["fd-1"] }),
    );
    expect(planFor({ contacts: [{ name: "anna" }] }, directory).isEmpty).toBe(
      true,
    );
  });

  it("accepts the id of a target outside the directory to which the contact is bound", () => {
    const directory = directoryOf(
      modelContact("c-1", { name: "anna", targetIds: ["999"] }),
    );
    const contacts = [{ name: "anna", targets: ["999"] }];
    expect(planFor({ contacts }, directory)).toMatchObject({
      isEmpty: true,
      problems: [],
    });
  });

  it.each([
    ["an id", "201", "201"],
    ["the name of a folder", "folder1", "fd-1"],
    ["the path of a folder", "/folder0/folder1", "fd-1"],
    ["the path of an account", "/folder0/shop", "201"],
    ["the path of the root folder", "/", "r-1"],
  ])("finds a target by %s", (_, text, id) => {
    const directory = directoryOf(modelContact("c-1", { name: "anna" }));
    const contacts = [{ name: "anna", targets: [text] }];
    const plan = planFor({ contacts }, directory);
    expect(plan.problems).toEqual([]);
    expect(plan.changes.map(({ targetIds }) => targetIds)).toEqual([[id]]);
  });

  const ANNA: DesiredContact = {
    name: "anna",
    emailAddress: "a@example.com",
    title: ContactTitle.CEO,
    messageTypes: [MessageType.FAULT_MESSAGE],
  };
  const { title: _, ...WITHOUT_TITLE } = ANNA;
  const EXISTING = modelContact("c-1", { name: "bert" });

  it.each<
    [string, DesiredContacts, ReturnType<typeof modelContact>[], string, string]
  >([
    [
      "DUPLICATE_NAME",
      { contacts: [ANNA, ANNA] },
      [],
      "contacts.1.name",
      "contacts.0",
    ],
    [
      "DUPLICATE_ID",
      {
        contacts: [
          { id: "c-1", name: "bert" },
          { ...ANNA, id: "c-1" },
        ],
      },
      [EXISTING],
      "contacts.1.id",
      "c-1",
    ],
    [
      "MISSING_FIELD",
      { contacts: [WITHOUT_TITLE] },
      [],
      "contacts.0.title",
      "needs title",
    ],
    [
      "NAME_TAKEN",
      { contacts: [{ id: "c-1", name: "anna" }] },
      [EXISTING, modelContact("c-2", { name: "anna" })],
      "contacts.0.name",
      "Another contact has the name anna",
    ],
    [
      "NAME_CYCLE",
      {
        contacts: [
          { id: "c-1", name: "anna" },
          { id: "c-2", name: "bert" },
        ],
      },
      [EXISTING, modelContact("c-2", { name: "anna" })],
      "contacts.0.name",
      "exchange names",
    ],
    [
      "BEING_DELETED",
      { contacts: [{ name: "bert" }] },
      [modelContact("c-1", { name: "bert", status: ContactStatus.DELETING })],
      "contacts.0",
      "Wait until",
    ],
    [
      "UNKNOWN_TARGET",
      { contacts: [{ ...ANNA, targets: ["fd-1", "fd-none"] }] },
      [],
      "contacts.0.targets.1",
      "fd-none",
    ],
    [
      "AMBIGUOUS_TARGET",
      { contacts: [{ ...ANNA, targets: ["shop"] }] },
      [],
      "contacts.0.targets.0",
      "201, 202",
    ],
    [
      "TOO_MANY_TARGETS",
      { contacts: [{ ...ANNA, targets: FOLDERS }] },
      [],
      "contacts.0.targets",
      "quota is 10",
    ],
    [
      "TOO_MANY_CONTACTS",
      { contacts: [ANNA] },
      Array.from({ length: 20 }, (_, n) => modelContact(`c-${n}`, {})),
      "contacts",
      "21 contacts",
    ],
    [
      "WOULD_DELETE_ALL",
      { contacts: [], prune: true },
      [EXISTING],
      "contacts",
      "all 1 contacts",
    ],
  ])("reports %s with the field", (code, input, contacts, field, text) => {
    const { problems } = planFor(input, directoryOf(...contacts));
    const found = problems.find((problem) => String(problem.code) === code);
    expect(found?.field.join(".")).toBe(field);
    expect(found?.sentence.en).toContain(text);
  });

  it("plans no change for the second contact with a name", () => {
    const { changes } = planFor({ contacts: [ANNA, ANNA] }, directoryOf());
    expect(changes).toHaveLength(1);
  });
});
