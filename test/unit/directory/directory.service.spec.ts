import { describe, expect, it } from "@jest/globals";
import type { RequestContext } from "../../../src/context/request-context.js";
import { DirectoryService } from "../../../src/directory/directory.service.js";
import { ErrorCode } from "../../../src/errors/error-codes.js";
import { GatewayError } from "../../../src/errors/gateway-error.js";
import { contextOf, FakeUpstream } from "../../support/fake-upstream.js";

const RequestId = "9B34724D-54B0-4A51-B34D-4512372FE1BE";
const DIRECTORY = {
  RequestId,
  ResourceDirectory: {
    ResourceDirectoryId: "rd-1",
    RootFolderId: "r-1",
    MasterAccountId: "1000",
  },
};

const account = (id: number, path = "rd-1/r-1/fd-a"): object => ({
  AccountId: String(id),
  DisplayName: `account ${id}`,
  Status: "CreateSuccess",
  ResourceDirectoryPath: `${path}/${id}`,
  Tags: { Tag: [{ Key: "stage", Value: "test" }] },
});

const page = (
  ids: readonly number[],
  NextToken?: string,
  TotalCount?: number,
): object => ({
  RequestId,
  ...(TotalCount === undefined ? {} : { TotalCount }),
  ...(NextToken === undefined ? {} : { NextToken }),
  Accounts: { Account: ids.map((id) => account(id)) },
});

const folders = (...names: readonly string[]): object => ({
  RequestId,
  TotalCount: names.length,
  Folders: {
    Folder: names.map((name) => ({
      FolderId: `fd-${name}`,
      FolderName: name,
    })),
  },
});

class Clock {
  nowMs = 1_000;
  readonly now = (): number => this.nowMs;
}

function setUp(...pages: object[]): {
  upstream: FakeUpstream;
  clock: Clock;
  service: DirectoryService;
  read: (
    headers?: Record<string, string>,
  ) => ReturnType<DirectoryService["readTree"]>;
  request: (headers?: Record<string, string>) => RequestContext;
} {
  const upstream = new FakeUpstream()
    .answering("getResourceDirectory", DIRECTORY)
    .answering("listAccounts", ...pages);
  const clock = new Clock();
  const service = new DirectoryService(upstream.asUpstream, clock);
  const request = (headers = {}): RequestContext => ({
    ...contextOf(headers),
    startedAtMs: clock.nowMs,
  });
  return {
    upstream,
    clock,
    service,
    request,
    read: (headers) => service.readTree(request(headers)),
  };
}

async function codeOf(result: Promise<unknown>): Promise<string> {
  return result.then(
    () => "OK",
    (error: unknown) =>
      error instanceof GatewayError ? error.code : String(error),
  );
}

const listCalls = ({ upstream }: { upstream: FakeUpstream }): number =>
  upstream.operations().filter((one) => one === "listAccounts").length;

describe("a directory", () => {
  it("is read with one call, and one for each page of accounts", async () => {
    const set = setUp(page([1, 2], "next", 3), page([3], "", 3));
    const tree = await set.read();
    expect(tree.accounts.map(({ id }) => id)).toEqual(["1", "2", "3"]);
    expect(tree.account("1")).toEqual({
      id: "1",
      name: "account 1",
      status: "CreateSuccess",
      folderId: "fd-a",
      ancestorIds: ["rd-1", "r-1", "fd-a"],
      tags: [{ key: "stage", value: "test" }],
    });
    expect(set.upstream.calls.map(({ params }) => params)).toEqual([
      {},
      { MaxResults: 100, IncludeTags: true },
      { MaxResults: 100, IncludeTags: true, NextToken: "next" },
    ]);
  });

  it("leaves out the management account, whether or not the vendor lists it", async () => {
    const listed = {
      ...page([1], undefined, 2),
      Accounts: { Account: [account(1), { AccountId: "1000" }] },
    };
    const tree = await setUp(listed).read();
    expect(tree.accounts.map(({ id }) => id)).toEqual(["1"]);
    expect(tree.managementAccountId).toBe("1000");
  });

  it("may have no accounts", async () => {
    const tree = await setUp({ RequestId, TotalCount: 0 }).read();
    expect(tree.accounts).toEqual([]);
    expect(tree.accountsUnder("rd-1")).toEqual([]);
  });
});

describe("a directory that needs more calls than one request may make", () => {
  it("is not read further than its first page", async () => {
    const set = setUp(page([1], "next", 9_901), page([2], undefined, 9_901));
    const error = await set.read().catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: ErrorCode.REQUEST_TOO_COSTLY,
      details: { estimate: 101, limit: 100 },
    });
    expect(listCalls(set)).toBe(1);
  });
});

describe("pages that contradict each other", () => {
  const GOOD = [page([1, 2], "next", 3), page([3], undefined, 3)];

  it.each([
    ["repeat a row", [page([1, 2], "next", 3), page([2, 3], undefined, 3)]],
    ["skip a row", [page([1, 2], "next", 3), page([], undefined, 3)]],
    ["have another total", [page([1, 2], "next", 4), page([3], undefined, 3)]],
    ["repeat a token", [page([1], "next", 3), page([2], "next", 3)]],
    ["go on without rows", [page([1], "next", 9), page([], "other", 9)]],
    [
      "contain an account of another directory",
      [
        {
          RequestId,
          TotalCount: 1,
          Accounts: { Account: [account(1, "rd-2/r-1")] },
        },
      ],
    ],
    [
      "contain an account without a path",
      [
        {
          RequestId,
          TotalCount: 1,
          Accounts: { Account: [{ AccountId: "1" }] },
        },
      ],
    ],
  ])("are read again when they %s", async (_what, bad) => {
    const tree = await setUp(...bad, ...GOOD).read();
    expect(tree.accounts).toHaveLength(3);
    const set = setUp(...bad, ...bad, ...GOOD);
    const error = await set.read().catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: ErrorCode.UPSTREAM_UNAVAILABLE,
      details: { reason: "inconsistent-list" },
    });
    expect(await codeOf(set.read())).toBe("OK");
  });

  it("are not noticed by their total when the vendor sends none", async () => {
    const tree = await setUp(page([1], "next"), page([2])).read();
    expect(tree.accounts).toHaveLength(2);
  });
});

describe("the cached tree", () => {
  it("serves requests for 60 seconds and reports the saved calls", async () => {
    const set = setUp(page([1], undefined, 1));
    const first = set.request();
    const tree = await set.service.readTree(first);
    expect(first.usage.saved).toBeUndefined();
    set.clock.nowMs += 59_999;
    const second = set.request();
    expect(await set.service.readTree(second)).toBe(tree);
    expect(second.usage).toMatchObject({
      upstreamCalls: 0,
      readAgeMs: 59_999,
      saved: { cache: 0, inFlight: 0 },
    });
    set.clock.nowMs += 1;
    expect(await set.read()).not.toBe(tree);
    expect(listCalls(set)).toBe(2);
  });

  it("is read once for requests at the same time", async () => {
    const set = setUp(page([1], undefined, 1));
    const [one, other] = await Promise.all([set.read(), set.read()]);
    expect(one).toBe(other);
    expect(listCalls(set)).toBe(1);
  });

  it("is not used for a request with Cache-Control: no-cache", async () => {
    const set = setUp(page([1], undefined, 1));
    await set.read();
    set.clock.nowMs += 1;
    await set.read({ "cache-control": "no-cache" });
    expect(listCalls(set)).toBe(2);
    set.clock.nowMs += 5_000;
    await set.read({ "cache-control": "max-age=10" });
    expect(listCalls(set)).toBe(2);
    await set.read({ "cache-control": "max-age=2" });
    expect(listCalls(set)).toBe(3);
  });

  it("is used again within one request with Cache-Control: no-cache", async () => {
    const set = setUp(page([1], undefined, 1));
    const context = set.request({ "cache-control": "no-cache" });
    const tree = await set.service.readTree(context);
    set.clock.nowMs += 10;
    expect(await set.service.readTree(context)).toBe(tree);
  });

  it("is kept for each directory", async () => {
    const set = setUp(page([1], undefined, 1));
    await set.read();
    await set.service.readTree({ ...set.request(), directory: "other" });
    expect(listCalls(set)).toBe(2);
  });

  it("does not keep a failure", async () => {
    const denied = new GatewayError(ErrorCode.UPSTREAM_DENIED);
    const set = setUp(denied, page([1], undefined, 1));
    expect(await codeOf(set.read())).toBe(ErrorCode.UPSTREAM_DENIED);
    expect(await codeOf(set.read())).toBe("OK");
  });
});

describe("the usage of a request", () => {
  it("counts the calls of a tree once, however often it reads the tree", async () => {
    const set = setUp(page([1], undefined, 1));
    const call = set.upstream.call.bind(set.upstream);
    set.upstream.call = (operation, params, context) => {
      const { usage } = context as RequestContext;
      usage.requestedCalls = (usage.requestedCalls ?? 0) + 1;
      return call(operation, params, context);
    };
    const first = set.request();
    await set.service.readTree(first);
    await set.service.readTree(first);
    expect(first.usage.requestedCalls).toBe(2);
    const second = set.request();
    await Promise.all([
      set.service.readTree(second),
      set.service.readTree(second),
    ]);
    expect(second.usage).toMatchObject({
      requestedCalls: 2,
      saved: { cache: 2 },
    });
  });
});

describe("folder names", () => {
  const named = async (
    ...lists: object[]
  ): Promise<{
    tree: Awaited<ReturnType<DirectoryService["readTree"]>>;
    calls: number;
  }> => {
    const set = setUp(page([1], undefined, 1));
    set.upstream.answering("listFoldersForParent", ...lists);
    const options = { folderNames: true };
    const tree = await set.service.readTree(set.request(), options);
    const again = await set.service.readTree(set.request(), options);
    expect(again).toBe(tree);
    return { tree, calls: set.upstream.calls.length - 2 };
  };

  it("need one call for each folder, once for later requests", async () => {
    const { tree, calls } = await named(
      folders("a", "b"),
      folders("c"),
      folders(),
      folders(),
    );
    expect(calls).toBe(4);
    expect(tree.folders).toEqual([
      { id: "r-1", name: "Root", parentId: null },
      { id: "fd-a", name: "a", parentId: "r-1" },
      { id: "fd-b", name: "b", parentId: "r-1" },
      { id: "fd-c", name: "c", parentId: "fd-a" },
    ]);
    expect(tree.nameOf("fd-c")).toBe("c");
  });

  it("are read page by page", async () => {
    const first = { ...folders("a"), TotalCount: 2 };
    const second = { ...folders("b"), TotalCount: 2 };
    const { tree } = await named(first, second, folders(), folders());
    expect(tree.folders.map(({ name }) => name)).toEqual(["Root", "a", "b"]);
  });

  it.each([
    ["folders that contain each other", [folders("a"), folders("a")]],
    [
      "a missing row",
      [
        { ...folders("a"), TotalCount: 2 },
        { ...folders(), TotalCount: 2 },
      ],
    ],
    [
      "a total that changes",
      [
        { ...folders("a"), TotalCount: 2 },
        { ...folders("b"), TotalCount: 3 },
      ],
    ],
  ])("are not taken from %s", async (_what, lists) => {
    expect(await codeOf(named(...lists, ...lists))).toBe(
      ErrorCode.UPSTREAM_UNAVAILABLE,
    );
  });

  it("are not read deeper than the vendor can nest folders", async () => {
    let depth = 0;
    const set = setUp(page([1], undefined, 1));
    const call = set.upstream.call.bind(set.upstream);
    set.upstream.call = (operation, params, context) => {
      if (operation !== "listFoldersForParent") {
        return call(operation, params, context);
      }
      depth += 1;
      return Promise.resolve(folders(`level${depth}`));
    };
    const result = set.service.readTree(set.request(), { folderNames: true });
    expect(await codeOf(result)).toBe(ErrorCode.UPSTREAM_UNAVAILABLE);
    // Twice, because the first contradiction may be a change.
    expect(depth).toBeLessThanOrEqual(2 * 12);
  });

  it("are not read from a directory with too many folders", async () => {
    const set = setUp(page([1], undefined, 1));
    set.upstream.answering("listFoldersForParent", {
      ...folders("a"),
      TotalCount: 1_000_000,
    });
    const result = set.service.readTree(set.request(), { folderNames: true });
    expect(await codeOf(result)).toBe(ErrorCode.REQUEST_TOO_COSTLY);
  });

  it("are read again when a folder is removed meanwhile", async () => {
    const gone = new GatewayError(ErrorCode.BINDING_TARGET_NOT_FOUND);
    const { tree } = await named(folders("x"), gone, folders());
    expect(tree.folder("fd-x")).toBeUndefined();
  });
});

describe("the accounts under a target", () => {
  it("need a further call only for a folder that contains no account", async () => {
    const set = setUp(page([1], undefined, 1));
    set.upstream.answering("getFolder", {
      RequestId,
      Folder: { FolderId: "fd-empty" },
    });
    const context = set.request();
    const tree = await set.service.readTree(context);
    const under = (id: string) => set.service.accountsUnder(tree, id, context);
    expect(await under("fd-a")).toHaveLength(1);
    expect(set.upstream.operations()).not.toContain("getFolder");
    expect(await under("fd-empty")).toEqual([]);
    expect(set.upstream.calls.at(-1)).toEqual({
      operation: "getFolder",
      params: { FolderId: "fd-empty" },
    });
    for (const unknown of ["rd-2", "r-2", "1000", "2"]) {
      expect(await codeOf(under(unknown))).toBe(
        ErrorCode.BINDING_TARGET_NOT_FOUND,
      );
    }
  });
});
