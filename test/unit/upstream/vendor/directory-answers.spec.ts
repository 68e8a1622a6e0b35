import { describe, expect, it } from "@jest/globals";
import { isUsableAnswer } from "../../../../src/upstream/vendor/answer-checks.js";

const ACCOUNT = {
  AccountId: "1997968394350002",
  DisplayName: "shop",
  FolderId: "fd-ZDNPiT7a4K",
  ResourceDirectoryPath: "rd-3gqx5n/r-Zj29gL/fd-ZDNPiT7a4K/1997968394350002",
  Status: "CreateSuccess",
  Tags: { Tag: [{ Key: "stage", Value: "production" }] },
};

const accounts = (...list: unknown[]): object => ({
  TotalCount: list.length,
  Accounts: { Account: list },
});

const usable = (answer: object): boolean =>
  isUsableAnswer("listAccounts", answer as never, {});

describe("a response of ListAccounts", () => {
  it.each([
    accounts(ACCOUNT),
    accounts(),
    { TotalCount: 0 },
    { Accounts: {} },
    { Accounts: { Account: [ACCOUNT] }, NextToken: "" },
    { ...accounts(ACCOUNT), NextToken: "more" },
    accounts({ AccountId: "1" }),
    accounts({ ...ACCOUNT, Tags: {} }),
    accounts({ ...ACCOUNT, Tags: undefined, FolderId: undefined }),
    accounts({ ...ACCOUNT, Tags: { Tag: [{ Key: "stage" }] } }),
  ])("is usable: %j", (answer) => {
    expect(usable(answer)).toBe(true);
  });

  it.each([
    { TotalCount: -1, Accounts: { Account: [] } },
    { TotalCount: "1", Accounts: { Account: [] } },
    { Accounts: [] },
    { Accounts: { Account: {} } },
    { ...accounts(ACCOUNT), NextToken: 7 },
    accounts(null),
    accounts({ ...ACCOUNT, AccountId: 1_997_968_394_350_002 }),
    accounts({ ...ACCOUNT, AccountId: "fd-1" }),
    accounts({ ...ACCOUNT, AccountId: "1" }),
    accounts({ ...ACCOUNT, FolderId: "fd-other" }),
    accounts({ ...ACCOUNT, DisplayName: 7 }),
    accounts({ ...ACCOUNT, Status: [] }),
    accounts({ ...ACCOUNT, Tags: [] }),
    accounts({ ...ACCOUNT, Tags: { Tag: [{ Value: "x" }] } }),
    accounts({ ...ACCOUNT, ResourceDirectoryPath: 7 }),
    accounts({
      ...ACCOUNT,
      ResourceDirectoryPath: "r-Zj29gL/fd-ZDNPiT7a4K/1997968394350002",
    }),
    accounts({
      ...ACCOUNT,
      ResourceDirectoryPath:
        "rd-3gqx5n/r-Zj29gL/fd-ZDNPiT7a4K/fd-ZDNPiT7a4K/1997968394350002",
    }),
    accounts({
      ...ACCOUNT,
      FolderId: "fd-10",
      ResourceDirectoryPath: `rd-3gqx5n/r-Zj29gL/${Array.from({ length: 11 }, (_, n) => `fd-${n}`).join("/")}/1997968394350002`,
    }),
  ])("is not usable: %j", (answer) => {
    expect(usable(answer)).toBe(false);
  });
});

describe("a response of the other directory reads", () => {
  const DIRECTORY = {
    ResourceDirectoryId: "rd-3gqx5n",
    RootFolderId: "r-Zj29gL",
    MasterAccountId: "1997968394350000",
  };

  it("of GetResourceDirectory has the three ids", () => {
    const check = (ResourceDirectory: unknown): boolean =>
      isUsableAnswer("getResourceDirectory", { ResourceDirectory }, {});
    expect(check(DIRECTORY)).toBe(true);
    for (const name of Object.keys(DIRECTORY)) {
      for (const odd of [undefined, null, "", 7, "x\r\ny: 1"]) {
        expect([name, odd, check({ ...DIRECTORY, [name]: odd })]).toEqual([
          name,
          odd,
          false,
        ]);
      }
    }
    expect(check([])).toBe(false);
  });

  it("of ListFoldersForParent has a total and folders", () => {
    const check = (answer: object): boolean =>
      isUsableAnswer("listFoldersForParent", answer as never, {});
    const folder = { FolderId: "fd-H3vLk9Bz2s", FolderName: "databases" };
    expect(check({ TotalCount: 1, Folders: { Folder: [folder] } })).toBe(true);
    expect(check({ TotalCount: 0 })).toBe(true);
    expect(check({ Folders: { Folder: [folder] } })).toBe(false);
    expect(check({ TotalCount: 1, Folders: { Folder: [{}] } })).toBe(false);
    expect(check({ TotalCount: 1, Folders: [folder] })).toBe(false);
  });

  it("of GetFolder is about the requested folder", () => {
    const check = (Folder: unknown): boolean =>
      isUsableAnswer("getFolder", { Folder }, { FolderId: "fd-1" });
    expect(check({ FolderId: "fd-1" })).toBe(true);
    expect(check({ FolderId: "fd-2" })).toBe(false);
    expect(check({ FolderId: "fd-1", ResourceDirectoryPath: "x" })).toBe(false);
  });
});
