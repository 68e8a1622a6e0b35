import { z } from "zod";
import { fromVendorDate } from "../clock.js";
import { listOf, named, objectOf, oneOf, text, wholeNumber } from "../json.js";
import { NAMED_SEEDS, type Seed, type SeedName } from "../contacts/seeds.js";

const STATUSES = ["Verifying", "Active", "Deleting"] as const;

/** Milliseconds since 1970. */
const TIME = wholeNumber(0);

const DATE = text()
  .refine((date) => !Number.isNaN(fromVendorDate(date)), {
    error: "must have the format YYYY-MM-DD HH:mm:ss",
  })
  .meta({
    description: "Time in UTC+8.",
    pattern: "^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d$",
    examples: ["2023-03-27 17:19:21"],
  });

export const DELETION_FAILURE = objectOf({
  AccountId: text(),
  MessageTypes: listOf(text()),
});

const DIRECTORY = objectOf({
  directoryId: text(),
  rootFolderId: text(),
  folders: listOf(
    objectOf({
      folderId: text(),
      name: text(),
      parentId: text().describe("Default: the root folder.").optional(),
    }),
  ),
  members: listOf(
    objectOf({
      accountId: text(),
      name: text(),
      folderId: text().describe("Default: the root folder.").optional(),
    }),
  ),
});

const CONTACT = objectOf({
  contactId: text(),
  name: text(),
  emailAddress: text(),
  phoneNumber: text().optional(),
  title: text(),
  messageTypes: listOf(text()),
  status: oneOf(STATUSES),
  createDate: DATE,
  bindings: listOf(
    objectOf({ targetId: text(), associatedDate: DATE }),
  ).optional(),
  pendingTargets: listOf(
    z.union([text(), objectOf({ target: text(), openedAt: TIME })]),
  )
    .describe(
      "Pending addresses and numbers, optionally with their start time.",
    )
    .optional(),
  verifiedTargets: listOf(text())
    .describe("The verified addresses and numbers of the contact.")
    .optional(),
  deletion: objectOf({
    status: oneOf(["Deleting", "Failed"]),
    startedAt: TIME,
    endsAt: TIME,
    statusBefore: oneOf(STATUSES),
    failures: listOf(DELETION_FAILURE),
  }).optional(),
});

/**
 * A complete seed. Only its form is checked: a test may start from contacts
 * that the operations would reject.
 */
export const NAMED_SEED = named(
  "Seed",
  objectOf({ directory: DIRECTORY, contacts: listOf(CONTACT) }).refine(
    ({ contacts }) =>
      new Set(contacts.map(({ contactId }) => contactId)).size ===
      contacts.length,
    { error: "is invalid: two contacts have the same contactId" },
  ),
);

/** The name of a seed, or a complete seed. */
export const SEED_CHOICE: z.ZodType<Seed> = z.union([
  oneOf(Object.keys(NAMED_SEEDS) as SeedName[]).transform(
    (name) => NAMED_SEEDS[name],
  ),
  NAMED_SEED,
]);

/** Identifies a pending verification by contact and target, or by the code of its message. */
export const VERIFICATION_CHOICE = z.union(
  [
    objectOf({ code: text().describe("The code of a sent message.") }),
    objectOf({
      contactId: text(),
      target: text().describe("The pending address or number."),
    }),
  ],
  "must have either code, or contactId and target",
);
