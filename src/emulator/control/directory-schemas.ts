import { z } from "zod";
import { ACTIONS } from "../actions/catalogue.js";
import {
  arrayOf,
  integer,
  named,
  nonEmptyString,
  objectOf,
  stringEnum,
} from "../schema.js";

/** Maximum size of a generated directory. */
const MAX_ACCOUNTS = 20_000;
const MAX_FOLDERS = 2_000;

const TAGS = arrayOf(objectOf({ key: nonEmptyString(), value: z.string() }));

const FOLDER = objectOf({
  folderId: nonEmptyString(),
  name: nonEmptyString(),
  parentId: nonEmptyString().describe("Default: the root folder.").optional(),
  tags: TAGS.optional(),
});

const MEMBER = objectOf({
  accountId: nonEmptyString(),
  name: nonEmptyString(),
  folderId: nonEmptyString().describe("Default: the root folder.").optional(),
  status: nonEmptyString()
    .describe("How the account joined. Default: CreateSuccess.")
    .optional(),
  joinTime: nonEmptyString()
    .meta({ format: "date-time" })
    .describe("Default: 2023-01-01T00:00:00.000Z.")
    .optional(),
  deletionStatus: nonEmptyString()
    .describe("State of the account's deletion. Default: none.")
    .optional(),
  tags: TAGS.optional(),
});

export const SEED_DIRECTORY = objectOf({
  directoryId: nonEmptyString(),
  rootFolderId: nonEmptyString(),
  managementAccountId: nonEmptyString()
    .describe("Default: 1997968394350000.")
    .optional(),
  folders: arrayOf(FOLDER),
  members: arrayOf(MEMBER),
});

export const DIRECTORY_CHANGE = named(
  "DirectoryChange",
  objectOf({
    join: arrayOf(MEMBER).describe("Accounts that join.").optional(),
    leave: arrayOf(nonEmptyString())
      .describe("Ids of accounts that leave.")
      .optional(),
    move: arrayOf(
      objectOf({ accountId: nonEmptyString(), folderId: nonEmptyString() }),
    )
      .describe("Accounts that move to another folder.")
      .optional(),
    addFolders: arrayOf(FOLDER).optional(),
    removeFolders: arrayOf(nonEmptyString())
      .describe("Ids of folders that are removed.")
      .optional(),
    before: objectOf({
      operation: stringEnum([...ACTIONS.keys()]),
      skip: integer(0, 1_000_000)
        .describe("Number of calls to skip first. Default: 0.")
        .optional(),
    })
      .describe(
        "The call before which the change happens, such as the second page of a list. Default: at once.",
      )
      .optional(),
  }),
);

export const DIRECTORY_SIZE = objectOf({
  accounts: integer(0, MAX_ACCOUNTS).describe("Number of member accounts."),
  folders: integer(0, MAX_FOLDERS)
    .describe("Number of folders without the root folder. Default: 30.")
    .optional(),
});
