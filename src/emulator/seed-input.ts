import { fromVendorDate } from "./clock.js";
import type { Deletion, DeletionFailure } from "./contact-record.js";
import {
  ControlInputError,
  listAt,
  objectWith,
  oneOfAt,
  optionalTextAt,
  textAt,
  textsAt,
  wholeNumberAt,
  type JsonObject,
} from "./json-input.js";
import {
  NAMED_SEEDS,
  type Seed,
  type SeedContact,
  type SeedName,
  type SeedPending,
} from "./seeds.js";

const STATUSES = ["Verifying", "Active", "Deleting"] as const;

/**
 * A seed by its name, or spelled out.
 *
 * Looks at form only: a seed may hold what the operations would refuse, so that a test can
 * start from it.
 *
 * @throws {ControlInputError}
 */
export function readSeed(input: unknown): Seed {
  if (typeof input === "string") {
    const names = Object.keys(NAMED_SEEDS) as SeedName[];
    return NAMED_SEEDS[oneOfAt({ seed: input }, "seed", names)];
  }
  const given = objectWith(input, "seed", ["directory", "contacts"]);
  const contacts = listAt(given, "contacts", readContact);
  const ids = new Set(contacts.map(({ contactId }) => contactId));
  if (ids.size < contacts.length) {
    throw new ControlInputError("two contacts have the same contactId");
  }
  return { directory: readDirectory(given["directory"]), contacts };
}

export function readDeletionFailure(input: unknown): DeletionFailure {
  const given = objectWith(input, "a failure", ["AccountId", "MessageTypes"]);
  return {
    AccountId: textAt(given, "AccountId"),
    MessageTypes: textsAt(given, "MessageTypes"),
  };
}

function readDirectory(input: unknown): Seed["directory"] {
  const given = objectWith(input, "directory", [
    "directoryId",
    "rootFolderId",
    "folders",
    "members",
  ]);
  return {
    directoryId: textAt(given, "directoryId"),
    rootFolderId: textAt(given, "rootFolderId"),
    folders: listAt(given, "folders", (item) => {
      const folder = objectWith(item, "a folder", [
        "folderId",
        "name",
        "parentId",
      ]);
      return {
        folderId: textAt(folder, "folderId"),
        name: textAt(folder, "name"),
        parentId: optionalTextAt(folder, "parentId"),
      };
    }),
    members: listAt(given, "members", (item) => {
      const member = objectWith(item, "a member", [
        "accountId",
        "name",
        "folderId",
      ]);
      return {
        accountId: textAt(member, "accountId"),
        name: textAt(member, "name"),
        folderId: optionalTextAt(member, "folderId"),
      };
    }),
  };
}

function readContact(input: unknown): SeedContact {
  const given = objectWith(input, "a contact", [
    "contactId",
    "name",
    "emailAddress",
    "phoneNumber",
    "title",
    "messageTypes",
    "status",
    "createDate",
    "bindings",
    "pendingTargets",
    "verifiedTargets",
    "deletion",
  ]);
  return {
    contactId: textAt(given, "contactId"),
    name: textAt(given, "name"),
    emailAddress: textAt(given, "emailAddress"),
    phoneNumber: optionalTextAt(given, "phoneNumber"),
    title: textAt(given, "title"),
    messageTypes: textsAt(given, "messageTypes"),
    status: oneOfAt(given, "status", STATUSES),
    createDate: dateAt(given, "createDate"),
    bindings: optionally(given, "bindings", () =>
      listAt(given, "bindings", readBinding),
    ),
    pendingTargets: optionally(given, "pendingTargets", () =>
      listAt(given, "pendingTargets", readPending),
    ),
    verifiedTargets: optionally(given, "verifiedTargets", () =>
      textsAt(given, "verifiedTargets"),
    ),
    deletion: optionally(given, "deletion", () =>
      readDeletion(given["deletion"]),
    ),
  };
}

function readBinding(input: unknown) {
  const given = objectWith(input, "a binding", ["targetId", "associatedDate"]);
  return {
    targetId: textAt(given, "targetId"),
    associatedDate: dateAt(given, "associatedDate"),
  };
}

function readPending(input: unknown): SeedPending {
  if (typeof input === "string") return input;
  const given = objectWith(input, "a pending target", ["target", "openedAt"]);
  return {
    target: textAt(given, "target"),
    openedAt: timeAt(given, "openedAt"),
  };
}

function readDeletion(input: unknown): Deletion {
  const given = objectWith(input, "deletion", [
    "status",
    "startedAt",
    "endsAt",
    "statusBefore",
    "failures",
  ]);
  return {
    status: oneOfAt(given, "status", ["Deleting", "Failed"]),
    startedAt: timeAt(given, "startedAt"),
    endsAt: timeAt(given, "endsAt"),
    statusBefore: oneOfAt(given, "statusBefore", STATUSES),
    failures: listAt(given, "failures", readDeletionFailure),
  };
}

function timeAt(object: JsonObject, key: string): number {
  return wholeNumberAt(object, key, 0, Number.MAX_SAFE_INTEGER);
}

function dateAt(object: JsonObject, key: string): string {
  const text = textAt(object, key);
  if (Number.isNaN(fromVendorDate(text))) {
    throw new ControlInputError(
      `${key} must have the form YYYY-MM-DD HH:mm:ss`,
    );
  }
  return text;
}

function optionally<T>(
  object: JsonObject,
  key: string,
  read: () => T,
): T | undefined {
  return object[key] === undefined ? undefined : read();
}
