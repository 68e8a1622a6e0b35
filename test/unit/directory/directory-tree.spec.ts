import { describe, expect, it } from "@jest/globals";
import {
  DirectoryTree,
  type DirectoryAccount,
} from "../../../src/directory/directory-tree.js";

const DIRECTORY = "rd-3Gabcd";
const ROOT = "r-Wm1234";

function account(id: string, ...folderIds: string[]): DirectoryAccount {
  const ancestorIds = [DIRECTORY, ROOT, ...folderIds];
  return {
    id,
    name: id === "1003" ? "" : `account ${id}`,
    status: "CreateSuccess",
    folderId: ancestorIds.at(-1) ?? "",
    ancestorIds,
    tags: [],
  };
}

const ACCOUNTS = [
  account("1001"),
  account("1002", "fd-outer"),
  account("1003", "fd-outer", "fd-inner"),
];

const parts = {
  directoryId: DIRECTORY,
  rootFolderId: ROOT,
  managementAccountId: "1000",
  accounts: ACCOUNTS,
};

const ids = (accounts: readonly DirectoryAccount[] | undefined) =>
  accounts?.map(({ id }) => id);

describe("a directory tree", () => {
  const tree = new DirectoryTree(parts);

  it("lists the targets that reach an account from the inside out", () => {
    expect(tree.targetIdsOf("1003")).toEqual([
      "1003",
      "fd-inner",
      "fd-outer",
      ROOT,
      DIRECTORY,
    ]);
    expect(tree.targetIdsOf("1001")).toEqual(["1001", ROOT, DIRECTORY]);
    expect(tree.targetIdsOf("1000")).toEqual([]);
  });

  it("lists the accounts that a target reaches", () => {
    expect(ids(tree.accountsUnder(DIRECTORY))).toEqual([
      "1001",
      "1002",
      "1003",
    ]);
    expect(ids(tree.accountsUnder(ROOT))).toEqual(["1001", "1002", "1003"]);
    expect(ids(tree.accountsUnder("fd-outer"))).toEqual(["1002", "1003"]);
    expect(ids(tree.accountsUnder("fd-inner"))).toEqual(["1003"]);
    expect(ids(tree.accountsUnder("1002"))).toEqual(["1002"]);
  });

  it("knows no accounts under an unknown target", () => {
    expect(tree.accountsUnder("fd-other")).toBeUndefined();
    expect(tree.accountsUnder("1000")).toBeUndefined();
    expect(tree.has("fd-other")).toBe(false);
  });

  it("derives the folders from the accounts when names were not read", () => {
    expect(tree.hasFolderNames).toBe(false);
    expect(tree.folders).toEqual([
      { id: ROOT, name: "Root", parentId: null },
      { id: "fd-outer", name: "", parentId: ROOT },
      { id: "fd-inner", name: "", parentId: "fd-outer" },
    ]);
    expect(tree.nameOf("fd-outer")).toBeUndefined();
  });

  it("names accounts, and folders whose names were read", () => {
    const named = new DirectoryTree({
      ...parts,
      folders: [
        { id: ROOT, name: "root", parentId: null },
        { id: "fd-outer", name: "Production", parentId: ROOT },
        { id: "fd-inner", name: "Web", parentId: "fd-outer" },
        { id: "fd-empty", name: "Spare", parentId: ROOT },
      ],
    });
    expect(named.hasFolderNames).toBe(true);
    expect(named.nameOf("fd-inner")).toBe("Web");
    expect(named.nameOf("1001")).toBe("account 1001");
    expect(named.nameOf("1003")).toBeUndefined();
    expect(named.nameOf(DIRECTORY)).toBeUndefined();
    expect(named.accountsUnder("fd-empty")).toEqual([]);
  });

  it("gives the path from the directory to a target", () => {
    expect(tree.pathOf(DIRECTORY)).toEqual([DIRECTORY]);
    expect(tree.pathOf(ROOT)).toEqual([DIRECTORY, ROOT]);
    expect(tree.pathOf("fd-inner")).toEqual([
      DIRECTORY,
      ROOT,
      "fd-outer",
      "fd-inner",
    ]);
    expect(tree.pathOf("1002")).toEqual([DIRECTORY, ROOT, "fd-outer", "1002"]);
    expect(tree.pathOf("fd-other")).toBeUndefined();
  });

  it("ends the path of folders that contain each other", () => {
    const cyclic = new DirectoryTree({
      ...parts,
      accounts: [],
      folders: [
        { id: "fd-a", name: "A", parentId: "fd-b" },
        { id: "fd-b", name: "B", parentId: "fd-a" },
      ],
    });
    expect(cyclic.pathOf("fd-a")?.length).toBeLessThanOrEqual(4);
  });
});
