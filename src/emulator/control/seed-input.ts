import { fromVendorDate } from "../clock.js";
import {
  chosenBy,
  ControlInputError,
  described,
  listOf,
  named,
  objectOf,
  oneOf,
  optional,
  refined,
  text,
  textOr,
  wholeNumber,
  type JsonShape,
} from "../json-shape.js";
import { NAMED_SEEDS, type Seed, type SeedName } from "../contacts/seeds.js";

const STATUSES = ["Verifying", "Active", "Deleting"] as const;

/** Milliseconds since 1970. */
const TIME = wholeNumber(0);

const DATE = refined(
  described(
    "In UTC+8.",
    text({
      pattern: "^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d$",
      examples: ["2023-03-27 17:19:21"],
    }),
  ),
  (date, path) => {
    if (!Number.isNaN(fromVendorDate(date))) return date;
    throw new ControlInputError(
      `${path} must have the form YYYY-MM-DD HH:mm:ss`,
    );
  },
);

export const DELETION_FAILURE = objectOf("a failure", {
  AccountId: text(),
  MessageTypes: listOf(text()),
});

const DIRECTORY = objectOf("directory", {
  directoryId: text(),
  rootFolderId: text(),
  folders: listOf(
    objectOf("a folder", {
      folderId: text(),
      name: text(),
      parentId: optional(described("The root folder when left out.", text())),
    }),
  ),
  members: listOf(
    objectOf("a member", {
      accountId: text(),
      name: text(),
      folderId: optional(described("The root folder when left out.", text())),
    }),
  ),
});

const CONTACT = objectOf("a contact", {
  contactId: text(),
  name: text(),
  emailAddress: text(),
  phoneNumber: optional(text()),
  title: text(),
  messageTypes: listOf(text()),
  status: oneOf(STATUSES),
  createDate: DATE,
  bindings: optional(
    listOf(objectOf("a binding", { targetId: text(), associatedDate: DATE })),
  ),
  pendingTargets: optional(
    described(
      "Addresses and numbers that wait for verification, or those with the time they were opened at.",
      listOf(
        textOr(
          text(),
          objectOf("a pending target", { target: text(), openedAt: TIME }),
        ),
      ),
    ),
  ),
  verifiedTargets: optional(
    described("Which of its values were confirmed.", listOf(text())),
  ),
  deletion: optional(
    objectOf("deletion", {
      status: oneOf(["Deleting", "Failed"]),
      startedAt: TIME,
      endsAt: TIME,
      statusBefore: oneOf(STATUSES),
      failures: listOf(DELETION_FAILURE),
    }),
  ),
});

/**
 * A seed that is spelled out. Looks at form only: a seed may hold what the operations would
 * refuse, so that a test can start from it.
 */
export const SEED: JsonShape<Seed> = refined(
  objectOf("seed", { directory: DIRECTORY, contacts: listOf(CONTACT) }),
  (seed) => {
    const ids = new Set(seed.contacts.map(({ contactId }) => contactId));
    if (ids.size === seed.contacts.length) return seed;
    throw new ControlInputError("two contacts have the same contactId");
  },
);

export const NAMED_SEED = named("Seed", SEED);

/** A seed by its name, or spelled out. */
export const SEED_CHOICE: JsonShape<Seed> = textOr(
  refined(
    oneOf(Object.keys(NAMED_SEEDS) as SeedName[]),
    (name) => NAMED_SEEDS[name],
  ),
  NAMED_SEED,
);

/** One pending verification: by contact and target, or by the code of a sent message. */
export const VERIFICATION_CHOICE = chosenBy(
  "code",
  objectOf("the body", { code: described("Of a sent message.", text()) }),
  objectOf("the body", {
    contactId: text(),
    target: described("The address or number that waits.", text()),
  }),
);
