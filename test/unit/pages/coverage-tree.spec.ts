import { describe, expect, it } from "@jest/globals";
import type {
  Account,
  Folder,
} from "../../../src/pages/browser/coverage/report.js";
import {
  allFolders,
  openAtFirst,
  rowsOf,
  treeOf,
  withoutEmptyFolders,
  type FolderNode,
  type Row,
} from "../../../src/pages/browser/coverage/tree.js";

const account = (
  accountId: string,
  accountName: string,
  folderId: string,
  ...gaps: Account["messageTypes"][number]["gap"][]
): Account => ({
  accountId,
  accountName,
  folderId,
  hasGap: gaps.some((gap) => gap !== null),
  messageTypes: gaps.map((gap) => ({
    messageType: "FAULT_MESSAGE",
    boundActive: 0,
    boundVerifying: 0,
    gap,
  })),
});

const folder = (
  folderId: string,
  name: string,
  parentId: string | null,
): Folder => ({ folderId, name, parentId });

const FOLDERS = [
  folder("r-1", "root", null),
  folder("fd-1", "staging", "r-1"),
  folder("fd-2", "production", "r-1"),
  folder("fd-3", "databases", "fd-2"),
];

const ACCOUNTS = [
  account("101", "shop", "fd-2", null),
  account("102", "orders", "fd-3", "NOBODY"),
  account("103", "archive", "r-1", null),
  account("104", "", "fd-1", null),
];

const built = (
  accounts: readonly Account[],
  folders: readonly Folder[] | null,
): FolderNode[] =>
  treeOf({
    accounts,
    folders,
    summary: {
      accounts: accounts.length,
      accountsWithGaps: 0,
      messageTypes: [
        {
          messageType: "FAULT_MESSAGE",
          coveredAccounts: 0,
          nobodyAccounts: 0,
          onlyUnverifiedAccounts: 0,
          tooFewAccounts: 0,
        },
      ],
    },
  });

const shown = (rows: readonly Row[]): string[] =>
  rows.map((row) =>
    row.kind === "folder"
      ? `${row.level} ${row.folder.name}`
      : `${row.level} ${row.account.accountId}`,
  );

const all = (top: readonly FolderNode[]): Set<string> =>
  new Set(allFolders(top));

describe("the tree of the coverage page", () => {
  it("has no folder without accounts in a report about a part of the directory", () => {
    const { folders } = withoutEmptyFolders({
      accounts: [account("102", "orders", "fd-3", "NOBODY")],
      folders: FOLDERS,
      summary: { accounts: 1, accountsWithGaps: 1, messageTypes: [] },
    });
    expect(folders?.map(({ folderId }) => folderId)).toEqual([
      "r-1",
      "fd-2",
      "fd-3",
    ]);
  });

  it("sorts folders before accounts, by name, and sums up the gaps below", () => {
    const top = built(ACCOUNTS, FOLDERS);
    const rows = rowsOf(top, { open: all(top), onlyGaps: false, text: "" });
    expect(shown(rows)).toEqual([
      "1 root",
      "2 production",
      "3 databases",
      "4 102",
      "3 101",
      "2 staging",
      "3 104",
      "2 103",
    ]);
    expect(top[0]).toMatchObject({ accountCount: 4, gaps: [1], hasGap: true });
  });

  it("hides what is below a closed folder", () => {
    const top = built(ACCOUNTS, FOLDERS);
    const open = new Set(["r-1"]);
    expect(shown(rowsOf(top, { open, onlyGaps: false, text: "" }))).toEqual([
      "1 root",
      "2 production",
      "2 staging",
      "2 103",
    ]);
  });

  it("opens the folders that have gaps at first", () => {
    expect(openAtFirst(built(ACCOUNTS, FOLDERS))).toEqual(
      new Set(["r-1", "fd-2", "fd-3"]),
    );
  });

  it("shows only accounts with gaps, and the folders above them", () => {
    const top = built(ACCOUNTS, FOLDERS);
    const rows = rowsOf(top, { open: all(top), onlyGaps: true, text: "" });
    expect(shown(rows)).toEqual([
      "1 root",
      "2 production",
      "3 databases",
      "4 102",
    ]);
  });

  it.each([
    ["SHOP", ["1 root", "2 production", "3 101"]],
    ["104", ["1 root", "2 staging", "3 104"]],
    ["databases", ["1 root", "2 production", "3 databases", "4 102"]],
    ["nothing", []],
  ])("finds %s in closed folders", (text, expected) => {
    const top = built(ACCOUNTS, FOLDERS);
    expect(
      shown(rowsOf(top, { open: new Set(), onlyGaps: false, text })),
    ).toEqual(expected);
  });

  it("lists folders by id when their names are not known", () => {
    const top = built(ACCOUNTS, null);
    const rows = rowsOf(top, { open: new Set(), onlyGaps: false, text: "" });
    expect(shown(rows)).toEqual(["1 fd-2", "1 fd-3", "1 r-1", "1 fd-1"]);
  });

  it("shows every account once when folders form a cycle or have no parent", () => {
    const top = built(ACCOUNTS, [
      folder("fd-1", "a", "fd-2"),
      folder("fd-2", "b", "fd-1"),
      folder("fd-3", "c", "fd-9"),
    ]);
    const rows = rowsOf(top, { open: all(top), onlyGaps: false, text: "" });
    const accounts = rows.filter(({ kind }) => kind === "account");
    expect(
      shown(accounts)
        .map((line) => line.slice(2))
        .sort(),
    ).toEqual(["101", "102", "103", "104"]);
  });
});
