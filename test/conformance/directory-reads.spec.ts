import { describe, expect, it } from "@jest/globals";
import type { EmulatorSettings } from "../../src/emulator/settings.js";
import { call, type CallParams } from "../support/emulator-client.js";
import { ManualClock, withEmulator } from "../support/emulator-fixture.js";
import { openApi, popCore } from "../support/emulator-vendor-clients.js";

const DIRECTORY = "rd-3gqx5n";
const ROOT = "r-Zj29gL";
const PRODUCTION = "fd-ZDNPiT7a4K";
const DATABASES = "fd-H3vLk9Bz2s";
const SHOP = "1997968394350002";
const MANAGER = "1997968394350000";

interface Account {
  readonly AccountId: string;
  readonly DisplayName: string;
  readonly FolderId: string;
  readonly ResourceDirectoryPath: string;
  readonly Tags?: { readonly Tag?: readonly { Key: string; Value: string }[] };
}

interface AccountList {
  readonly Code?: string;
  readonly TotalCount?: number;
  readonly PageNumber?: number;
  readonly PageSize?: number;
  readonly NextToken?: string;
  readonly Accounts?: { readonly Account: readonly Account[] };
}

const listAccounts = async (
  url: string,
  params: CallParams = {},
): Promise<AccountList> => (await call(url, "ListAccounts", params)).json;

const idsOf = ({ Accounts }: AccountList): string[] =>
  (Accounts?.Account ?? []).map(({ AccountId: id }) => id);

/** All accounts, read with tokens. */
async function allAccounts(
  url: string,
  params: CallParams = {},
): Promise<string[]> {
  const found: string[] = [];
  let token: string | undefined;
  do {
    const page = await listAccounts(url, {
      MaxResults: 60,
      NextToken: token,
      ...params,
    });
    found.push(...idsOf(page));
    token = page.NextToken || undefined;
  } while (token !== undefined && found.length < 10_000);
  return found;
}

const under = (settings: Partial<EmulatorSettings>) => ({ settings });

describe("ListAccounts", () => {
  it("returns the members of all folders in a wrapper, with their paths", async () => {
    await withEmulator({}, async ({ url }) => {
      const answer = await listAccounts(url, { PageSize: 100 });
      expect(answer).toMatchObject({
        TotalCount: 200,
        PageNumber: 1,
        PageSize: 100,
      });
      expect(answer.NextToken).toBeUndefined();
      const shop = answer.Accounts?.Account.find(
        ({ AccountId: id }) => id === SHOP,
      );
      expect(shop).toMatchObject({
        Status: "CreateSuccess",
        Type: "ResourceAccount",
        DisplayName: "shop",
        FolderId: PRODUCTION,
        ResourceDirectoryId: DIRECTORY,
        JoinTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        JoinMethod: "created",
        ResourceDirectoryPath: `${DIRECTORY}/${ROOT}/${PRODUCTION}/${SHOP}`,
      });
      expect(shop).not.toHaveProperty("Tags");
      expect(shop).not.toHaveProperty("DeletionStatus");
    });
  });

  it("pages with tokens when MaxResults is set, until the token is missing", async () => {
    await withEmulator({}, async ({ url, control }) => {
      const first = await listAccounts(url, { MaxResults: 60, PageNumber: 3 });
      expect(first.TotalCount).toBe(200);
      expect(first.PageNumber).toBeUndefined();
      expect(idsOf(first)).toHaveLength(60);
      control.clearCalls();
      const all = await allAccounts(url);
      expect(new Set(all).size).toBe(200);
      expect(control.calls()).toHaveLength(4);
    });
  });

  it("returns tags when IncludeTags is true", async () => {
    await withEmulator({}, async ({ url }) => {
      const { Accounts } = await listAccounts(url, {
        IncludeTags: true,
        PageSize: 100,
      });
      expect(Accounts?.Account[1]?.Tags).toEqual({
        Tag: [{ Key: "stage", Value: "production" }],
      });
      expect(Accounts?.Account[0]?.Tags).toEqual({ Tag: [] });
    });
  });

  it.each<[CallParams, Partial<EmulatorSettings>, number]>([
    [{ "Tag.1.Key": "stage", "Tag.1.Value": "production" }, {}, 48],
    [
      {
        "Tag.1.Key": "stage",
        "Tag.1.Value": "production",
        "Tag.2.Key": "area",
        "Tag.2.Value": "retail",
      },
      {},
      16,
    ],
    [
      {
        "Tag.1.Key": "stage",
        "Tag.1.Value": "production",
        "Tag.2.Key": "area",
        "Tag.2.Value": "retail",
      },
      { tagFilterMatch: "any" },
      65,
    ],
    [{ "Tag.1.Key": "stage" }, { tagFilterKeyAlone: "emptyValue" }, 0],
    [{ QueryKeyword: "SHOP" }, {}, 2],
    [{ QueryKeyword: "SHOP" }, { queryKeywordCaseSensitive: true }, 0],
    [{ QueryKeyword: "shop" }, { queryKeywordMatch: "exact" }, 1],
  ])("filters by %j under %j", async (params, settings, expected) => {
    await withEmulator(under(settings), async ({ url }) => {
      expect((await listAccounts(url, params)).TotalCount).toBe(expected);
    });
  });

  it("rejects more tags than the limit", async () => {
    await withEmulator(under({ tagFilterMax: 1 }), async ({ url }) => {
      const answer = await listAccounts(url, {
        "Tag.1.Key": "a",
        "Tag.2.Key": "b",
      });
      expect(answer.Code).toBe("InvalidParameter.Tag");
    });
  });

  it("keeps its order under every setting while it pages", async () => {
    for (const settings of [
      { accountOrder: "shuffled" },
      { nextTokenPosition: "offset" },
      { lastNextToken: "empty" },
      { tokenPagingCounts: "none" },
      { directoryPagePastEnd: "absent" },
    ] as const) {
      await withEmulator(under(settings), async ({ url }) => {
        const all = await allAccounts(url);
        expect([settings, new Set(all).size]).toEqual([settings, 200]);
        expect(await allAccounts(url)).toEqual(all);
      });
    }
  });

  it.each<[CallParams, Partial<EmulatorSettings>, object]>([
    [{ PageSize: 1_000 }, {}, { PageSize: 100 }],
    [{ PageNumber: 0 }, {}, { PageNumber: 1 }],
    [
      { PageSize: 1_000 },
      { directoryPageOutOfRange: "invalid" },
      { Code: "InvalidParameter.PageSize" },
    ],
    [
      { MaxResults: 101 },
      { directoryPageOutOfRange: "invalid" },
      { Code: "InvalidParameter.MaxResults" },
    ],
    [{ PageNumber: 99 }, {}, { TotalCount: 200, Accounts: { Account: [] } }],
    [
      { MaxResults: 1 },
      { tokenPagingCounts: "all" },
      { TotalCount: 200, PageNumber: 1, PageSize: 1 },
    ],
    [{}, { lastNextToken: "empty" }, { NextToken: "" }],
    [
      { MaxResults: 5, NextToken: "x" },
      {},
      { Code: "InvalidParameter.NextToken" },
    ],
    [
      { MaxResults: 5, NextToken: "x" },
      { badNextToken: "restart" },
      { TotalCount: 200 },
    ],
    [
      { NextToken: "x" },
      { nextTokenWithoutMaxResults: "pages" },
      { PageNumber: 1 },
    ],
    [{ NextToken: "x" }, {}, { Code: "InvalidParameter.NextToken" }],
  ])("answers %j under %j with %j", async (params, settings, expected) => {
    await withEmulator(under(settings), async ({ url }) => {
      expect(await listAccounts(url, params)).toMatchObject(expected);
    });
  });

  it("rejects a token after its lifetime", async () => {
    const clock = new ManualClock(Date.now());
    await withEmulator({ clock }, async ({ url, control }) => {
      const { NextToken } = await listAccounts(url, { MaxResults: 5 });
      control.changeSettings({ timestampClock: "source" });
      control.advanceClock(60 * 60_000);
      const params = { MaxResults: 5, NextToken };
      expect(idsOf(await listAccounts(url, params))).toHaveLength(5);
      control.advanceClock(1);
      expect(await listAccounts(url, params)).toMatchObject({
        Code: "InvalidParameter.NextToken",
      });
    });
  });

  it("contains the management account only if so set, without a path", async () => {
    await withEmulator({}, async ({ url, control }) => {
      expect(await allAccounts(url)).not.toContain(MANAGER);
      control.changeSettings({ managementAccountListed: true });
      const all = await allAccounts(url);
      expect(all.filter((id) => id === MANAGER)).toEqual([MANAGER]);
      expect(all).toHaveLength(201);
    });
  });
});

describe("GetResourceDirectory", () => {
  it("returns the ids of the directory, its root folder and its management account", async () => {
    await withEmulator({}, async ({ url }) => {
      const { json } = await call(url, "GetResourceDirectory");
      expect(json["ResourceDirectory"]).toMatchObject({
        ResourceDirectoryId: DIRECTORY,
        RootFolderId: ROOT,
        MasterAccountId: MANAGER,
        MasterAccountName: "aliyun-admin",
      });
    });
  });
});

describe("ListFoldersForParent", () => {
  it("returns the folders directly in a folder, by default in the root", async () => {
    await withEmulator({}, async ({ url }) => {
      const root = await call(url, "ListFoldersForParent", { PageSize: 100 });
      const { Folders } = root.json as {
        Folders: { Folder: { FolderId: string }[] };
      };
      const ids = Folders.Folder.map(({ FolderId: id }) => id);
      expect(ids).toContain(PRODUCTION);
      expect(ids).not.toContain(DATABASES);
      const { json } = await call(url, "ListFoldersForParent", {
        ParentFolderId: PRODUCTION,
        QueryKeyword: "data",
      });
      expect(json).toMatchObject({
        TotalCount: 1,
        Folders: {
          Folder: [
            { FolderId: DATABASES, FolderName: "databases", Tags: { Tag: [] } },
          ],
        },
      });
    });
  });
});

describe("GetFolder", () => {
  it("returns a folder with its parent and its path", async () => {
    await withEmulator({}, async ({ url }) => {
      const { json } = await call(url, "GetFolder", { FolderId: DATABASES });
      expect(json["Folder"]).toMatchObject({
        FolderId: DATABASES,
        FolderName: "databases",
        ParentFolderId: PRODUCTION,
        ResourceDirectoryPath: `${DIRECTORY}/${ROOT}/${PRODUCTION}/${DATABASES}`,
      });
    });
  });

  it.each<[Partial<EmulatorSettings>, object]>([
    [
      {},
      {
        Folder: {
          FolderName: "root",
          ResourceDirectoryPath: `${DIRECTORY}/${ROOT}`,
        },
      },
    ],
    [{ rootParentFolderId: "empty" }, { Folder: { ParentFolderId: "" } }],
    [{ rootFolderName: "Root" }, { Folder: { FolderName: "Root" } }],
    [
      { getRootFolder: "EntityNotExists.Folder" },
      { Code: "EntityNotExists.Folder" },
    ],
  ])(
    "answers for the root folder under %j with %j",
    async (settings, expected) => {
      await withEmulator(under(settings), async ({ url }) => {
        const { json } = await call(url, "GetFolder", { FolderId: ROOT });
        expect(json).toMatchObject(expected);
      });
    },
  );

  it("checks only the prefix of an id if so set", async () => {
    await withEmulator(under({ folderIdForm: "prefix" }), async ({ url }) => {
      const { json } = await call(url, "GetFolder", { FolderId: "fd-1" });
      expect(json["Code"]).toBe("EntityNotExists.Folder");
    });
  });
});

describe("a caller", () => {
  const KEYS = ["manager", SHOP, "9999999999999999"].map((accountId) => ({
    accessKeyId: accountId,
    accessKeySecret: "secret",
    ...(accountId === "manager" ? {} : { accountId }),
  }));

  const codesOf = async (
    id: string,
    settings: Partial<EmulatorSettings> = {},
  ): Promise<unknown[]> => {
    const codes: unknown[] = [];
    await withEmulator({ keys: KEYS, settings }, async ({ url }) => {
      for (const action of [
        "GetResourceDirectory",
        "ListAccounts",
        "ListFoldersForParent",
        "GetFolder",
      ]) {
        const params = action === "GetFolder" ? { FolderId: PRODUCTION } : {};
        const key = { id, secret: "secret" };
        const { json } = await call(url, action, params, { key });
        codes.push(json["Code"] ?? "OK");
      }
    });
    return codes;
  };

  it("of the management account may call everything", async () => {
    expect(await codesOf("manager")).toEqual(["OK", "OK", "OK", "OK"]);
  });

  it("of a member may only read the directory itself, by default", async () => {
    const NONE = "EntityNotExists.ResourceDirectory";
    expect(await codesOf(SHOP)).toEqual(["OK", NONE, NONE, NONE]);
    expect(await codesOf(SHOP, { memberListCode: "NoPermission" })).toEqual([
      "OK",
      ...Array<string>(3).fill("NoPermission"),
    ]);
  });

  it("of a delegated administrator may call everything", async () => {
    expect(await codesOf(SHOP, { delegatedAdministrators: [SHOP] })).toEqual([
      "OK",
      "OK",
      "OK",
      "OK",
    ]);
  });

  it("of an account outside the directory finds no directory", async () => {
    expect((await codesOf("9999999999999999"))[0]).toBe(
      "ResourceDirectoryNotInUse",
    );
  });
});

describe("the control API", () => {
  it("gives the directory a size of several thousand accounts", async () => {
    await withEmulator({}, async ({ url, control }) => {
      control.resizeDirectory({ accounts: 3_000, folders: 100 });
      expect(new Set(await allAccounts(url, { MaxResults: 100 })).size).toBe(
        3_000,
      );
      const { folders, members } = control.snapshot().seed.directory;
      expect([folders.length, members.length]).toEqual([100, 3_000]);
      expect(control.snapshot().seed.contacts).toHaveLength(12);
      const { Accounts } = await listAccounts(url, { PageSize: 100 });
      const levels = (Accounts?.Account ?? []).map(
        ({ ResourceDirectoryPath: path }) => path.split("/").length - 3,
      );
      expect(Math.max(...levels)).toBeLessThanOrEqual(5);
    });
  });

  it("lets accounts join, leave and move between two pages", async () => {
    await withEmulator({}, async ({ url, control }) => {
      const [first = ""] = await allAccounts(url);
      control.changeDirectory({
        leave: [first],
        join: [{ accountId: "42", name: "late" }],
        move: [{ accountId: SHOP, folderId: DATABASES }],
        before: { operation: "ListAccounts", skip: 1 },
      });
      const page = await listAccounts(url, { MaxResults: 5 });
      expect(idsOf(page)).toContain(first);
      const rest = await listAccounts(url, { PageSize: 100 });
      expect(idsOf(rest)).not.toContain(first);
      expect(idsOf(rest)).toContain("42");
      expect(
        rest.Accounts?.Account.find(({ AccountId: id }) => id === SHOP),
      ).toMatchObject({ FolderId: DATABASES });
    });
  });

  it("removes and adds folders", async () => {
    await withEmulator({}, async ({ url, control }) => {
      control.changeDirectory({
        removeFolders: [DATABASES],
        addFolders: [
          { folderId: "fd-0123456789", name: "new", parentId: PRODUCTION },
        ],
      });
      const { json } = await call(url, "ListFoldersForParent", {
        ParentFolderId: PRODUCTION,
        PageSize: 100,
      });
      expect(JSON.stringify(json)).toContain("fd-0123456789");
      expect(JSON.stringify(json)).not.toContain(DATABASES);
    });
  });

  it.each([
    ["repeatRow", 1],
    ["skipRow", -1],
  ] as const)("the fault %s slips a page", async (effect, surplus) => {
    await withEmulator({}, async ({ url, control }) => {
      control.addFault({ effect, operation: "ListAccounts", skip: 1 });
      const all = await allAccounts(url);
      expect(all).toHaveLength(200 + surplus);
      expect(new Set(all).size).toBe(Math.min(200, 200 + surplus));
    });
  });
});

describe("the vendor's own clients", () => {
  it.each([
    ["pop-core", (url: string) => popCore(url, "POST")],
    [
      "openapi-client, version 3",
      (url: string) => openApi(url, "ACS3-HMAC-SHA256"),
    ],
  ])("read the directory: %s", async (_name, connect) => {
    await withEmulator({}, async ({ url }) => {
      const send = connect(url);
      expect(await send("GetResourceDirectory", {})).toMatchObject({
        ResourceDirectory: { ResourceDirectoryId: DIRECTORY },
      });
      expect(
        await send("ListAccounts", { MaxResults: 2, IncludeTags: true }),
      ).toMatchObject({ TotalCount: 200 });
      expect(
        await send("ListFoldersForParent", { ParentFolderId: PRODUCTION }),
      ).toMatchObject({ PageNumber: 1 });
      expect(await send("GetFolder", { FolderId: PRODUCTION })).toMatchObject({
        Folder: { FolderName: "production" },
      });
    });
  });
});
