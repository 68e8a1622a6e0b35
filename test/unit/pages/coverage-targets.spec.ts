import { describe, expect, it } from "@jest/globals";
import type {
  Account,
  Folder,
} from "../../../src/pages/browser/coverage/report.js";
import {
  targetIdIn,
  targetsOf,
} from "../../../src/pages/browser/coverage/targets.js";

const account = (
  accountId: string,
  accountName: string,
  folderId: string,
): Account => ({
  accountId,
  accountName,
  folderId,
  hasGap: false,
  messageTypes: [],
});

const FOLDERS: readonly Folder[] = [
  { folderId: "r-1", name: "Root", parentId: "rd-1" },
  { folderId: "fd-1", name: "production", parentId: "r-1" },
  { folderId: "fd-2", name: "databases", parentId: "fd-1" },
];

const ACCOUNTS: readonly Account[] = [
  account("101", "shop", "fd-1"),
  account("102", "", "fd-2"),
  account("103", "databases", "r-1"),
];

const TARGETS = targetsOf({ accounts: ACCOUNTS, folders: FOLDERS });

describe("the targets of the coverage page", () => {
  it("have paths from the root folder, in order", () => {
    expect(TARGETS.map(({ id, path }) => [path, id])).toEqual([
      ["/", "r-1"],
      ["/databases", "103"],
      ["/production", "fd-1"],
      ["/production/databases", "fd-2"],
      ["/production/databases/102", "102"],
      ["/production/shop", "101"],
    ]);
  });

  it("have the ids of folders in their paths when the names are unknown", () => {
    const targets = targetsOf({ accounts: ACCOUNTS, folders: null });
    expect(targets.map(({ path }) => path)).toEqual([
      "/fd-1/shop",
      "/fd-2/102",
      "/r-1/databases",
    ]);
  });

  it("have finite paths when folders are in a cycle", () => {
    const folders: readonly Folder[] = [
      { folderId: "fd-1", name: "a", parentId: "fd-2" },
      { folderId: "fd-2", name: "b", parentId: "fd-1" },
    ];
    expect(targetsOf({ accounts: [], folders })).toHaveLength(2);
  });

  it.each([
    ["/production/shop", "101"],
    ["shop", "101"],
    ["/databases", "103"],
    ["/", "r-1"],
    ["fd-2", "fd-2"],
    ["1997968394350002", "1997968394350002"],
  ])("are found by path, name or id: %s", (text, id) => {
    expect(targetIdIn(text, TARGETS)).toBe(id);
  });

  it.each(["databases", "/staging", "stag", "fd_1"])(
    "are not found by an ambiguous or unknown text: %s",
    (text) => {
      expect(targetIdIn(text, TARGETS)).toBeNull();
    },
  );
});
