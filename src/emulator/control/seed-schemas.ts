import { z } from "zod";
import { fromVendorDate } from "../clock.js";
import {
  arrayOf,
  named,
  objectOf,
  stringEnum,
  nonEmptyString,
  openEnum,
  integer,
} from "../schema.js";
import { MESSAGE_TYPES, TITLES } from "../contacts/contact-rules.js";
import { SEED_DIRECTORY } from "./directory-schemas.js";
import { NAMED_SEEDS, type Seed, type SeedName } from "../contacts/seeds.js";

const STATUSES = ["Verifying", "Active", "Deleting"] as const;

/** Milliseconds since 1970. */
const TIME = integer(0);

const DATE = nonEmptyString()
  .refine((date) => !Number.isNaN(fromVendorDate(date)), {
    error: "must have the format YYYY-MM-DD HH:mm:ss",
  })
  .meta({
    description: "Time in UTC+8.",
    pattern: "^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d$",
    examples: ["2023-03-27 17:19:21"],
  });

export const DELETION_FAILURE = objectOf({
  AccountId: nonEmptyString(),
  MessageTypes: arrayOf(nonEmptyString()),
});

const CONTACT = objectOf({
  contactId: nonEmptyString(),
  name: nonEmptyString(),
  emailAddress: nonEmptyString(),
  phoneNumber: nonEmptyString().optional(),
  title: openEnum(TITLES),
  messageTypes: arrayOf(openEnum(MESSAGE_TYPES)),
  status: stringEnum(STATUSES),
  createDate: DATE,
  bindings: arrayOf(
    objectOf({ targetId: nonEmptyString(), associatedDate: DATE }),
  ).optional(),
  pendingTargets: arrayOf(
    z.union([
      nonEmptyString(),
      objectOf({ target: nonEmptyString(), openedAt: TIME }),
    ]),
  )
    .describe(
      "Pending addresses and numbers, optionally with their start time.",
    )
    .optional(),
  verifiedTargets: arrayOf(nonEmptyString())
    .describe("The verified addresses and numbers of the contact.")
    .optional(),
  deletion: objectOf({
    status: stringEnum(["Deleting", "Failed"]),
    startedAt: TIME,
    endsAt: TIME,
    statusBefore: stringEnum(STATUSES),
    failures: arrayOf(DELETION_FAILURE),
  }).optional(),
});

/**
 * A complete seed. Only its form is checked: a test may start from contacts
 * that the operations would reject.
 */
export const NAMED_SEED = named(
  "Seed",
  objectOf({ directory: SEED_DIRECTORY, contacts: arrayOf(CONTACT) }).refine(
    ({ contacts }) =>
      new Set(contacts.map(({ contactId }) => contactId)).size ===
      contacts.length,
    { error: "is invalid: two contacts have the same contactId" },
  ),
);

/** The name of a seed, or a complete seed. */
export const SEED_CHOICE: z.ZodType<Seed> = z.union([
  stringEnum(Object.keys(NAMED_SEEDS) as SeedName[]).transform(
    (name) => NAMED_SEEDS[name],
  ),
  NAMED_SEED,
]);

/** Identifies a pending verification by contact and target, or by the code of its message. */
export const VERIFICATION_CHOICE = z.union(
  [
    objectOf({
      code: nonEmptyString().describe("The code of a sent message."),
    }),
    objectOf({
      contactId: nonEmptyString(),
      target: nonEmptyString().describe("The pending address or number."),
    }),
  ],
  "must have either code, or contactId and target",
);
