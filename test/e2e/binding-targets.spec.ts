import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import { SCOPES } from "../../src/context/caller.js";
import { BOUND_FOLDER, TOM } from "../support/calls.js";
import { startBoth, type Running } from "../support/running.js";
import { bearer, keysFor, newFolder } from "../support/signed-in.js";

const DIRECTORY = "rd-3gqx5n";
const ROOT = "r-Zj29gL";
const SHOP = "1997968394350002";
const ORDERS = "1997968394350004";
const DATABASES = "fd-H3vLk9Bz2s";
const READS = ["GetResourceDirectory", "ListAccounts", "ListAccounts"];

interface Target {
  readonly id: string;
  readonly kind: string;
  readonly name: string | null;
  readonly path: readonly string[] | null;
  readonly status: string | null;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
  readonly accountCount: number;
}

interface Page {
  readonly items: readonly Target[];
  readonly totalCount: number;
  readonly hasNextPage: boolean;
}

interface Answer {
  readonly code: string;
  readonly page: Page;
  readonly status: number;
  readonly headers: Headers;
}

type Ask = (args?: Readonly<Record<string, unknown>>) => Promise<Answer>;

const { file, keys } = keysFor({
  everything: { scopes: SCOPES },
  contacts: { scopes: SCOPES.filter((scope) => scope !== "directory:read") },
});

let running: Running;
let folder: ReturnType<typeof newFolder>;

beforeAll(async () => {
  folder = newFolder();
  running = await startBoth(
    {},
    {
      API_KEYS_FILE: folder.write("keys.json", file),
      AUDIT_LOG: "none",
      READ_CACHE_MS: "1000",
    },
  );
});

afterAll(async () => {
  await running.stop();
  folder.remove();
});

beforeEach(() => running.emulator.control.reset());

/** A read that does not use what an earlier test has left in the cache. */
const FRESH = { "cache-control": "no-cache" };

async function send(
  path: string,
  init: RequestInit = {},
  caller: keyof typeof keys = "everything",
): Promise<Response> {
  return fetch(`${running.gateway.url}${path}`, {
    ...init,
    headers: {
      "content-type": "application/json",
      ...bearer(keys[caller]),
      "x-cost": "1",
      ...FRESH,
      ...(init.headers as Record<string, string> | undefined),
    },
  });
}

interface Body {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly errors?: readonly {
    readonly path?: readonly unknown[];
    readonly extensions: Readonly<Record<string, unknown>>;
  }[];
}

async function graphql(
  query: string,
  variables: object = {},
  caller: keyof typeof keys = "everything",
): Promise<Body & { readonly headers: Headers; readonly status: number }> {
  const response = await send(
    "/graphql",
    { method: "POST", body: JSON.stringify({ query, variables }) },
    caller,
  );
  const body = (await response.json()) as Body;
  return { ...body, headers: response.headers, status: response.status };
}

const actions = (): (string | null)[] =>
  running.emulator.control.calls().map(({ action }) => action);

const ALL =
  "items { id kind name path status tags { key value } accountCount } totalCount hasNextPage";

const byGraphql: Ask = async (args = {}) => {
  const { data, errors, ...rest } = await graphql(
    `query ($search: String, $kind: BindingTargetKind, $under: ID, $tag: String, $pageNumber: Int, $pageSize: Int) {
      bindingTargets(search: $search, kind: $kind, under: $under, tag: $tag, pageNumber: $pageNumber, pageSize: $pageSize) { ${ALL} }
    }`,
    args,
  );
  return {
    ...rest,
    code: (errors?.[0]?.extensions["code"] as string | undefined) ?? "OK",
    page: data?.["bindingTargets"] as Page,
  };
};

const byRest: Ask = async (args = {}) => {
  const query = new URLSearchParams({ includePath: "true" });
  for (const [name, value] of Object.entries(args)) {
    query.set(name, String(value));
  }
  const response = await send(`/v1/binding-targets?${query.toString()}`);
  const body = (await response.json()) as Page & { code?: string };
  return {
    status: response.status,
    headers: response.headers,
    code: response.ok ? "OK" : (body.code ?? ""),
    page: body,
  };
};

const APIS = [
  { name: "graphql", ask: byGraphql },
  { name: "rest", ask: byRest },
];

const idsOf = ({ page }: Answer): string[] => page.items.map(({ id }) => id);

describe.each(APIS)("binding targets over $name", ({ ask }) => {
  it("are the directory, its folders, then its accounts", async () => {
    const first = await ask({ pageSize: 3 });
    expect(first.page).toEqual(
      expect.objectContaining({ totalCount: 232, hasNextPage: true }),
    );
    expect(first.page.items).toEqual([
      {
        id: DIRECTORY,
        kind: "RESOURCE_DIRECTORY",
        name: null,
        path: [],
        status: null,
        tags: [],
        accountCount: 200,
      },
      {
        id: ROOT,
        kind: "FOLDER",
        name: "Root",
        path: ["Root"],
        status: null,
        tags: [],
        accountCount: 200,
      },
      expect.objectContaining({
        id: BOUND_FOLDER,
        name: "production",
        path: ["Root", "production"],
      }),
    ]);
    const last = await ask({ pageNumber: 3, pageSize: 100 });
    expect([last.page.items.length, last.page.hasNextPage]).toEqual([
      32,
      false,
    ]);
  });

  it("have the name, path, status and tags of an account", async () => {
    const { page } = await ask({ search: ORDERS });
    expect(page.items).toEqual([
      {
        id: ORDERS,
        kind: "MEMBER_ACCOUNT",
        name: "orders-db",
        path: ["Root", "production", "databases", "orders-db"],
        status: "CreateSuccess",
        tags: [{ key: "stage", value: "production" }],
        accountCount: 1,
      },
    ]);
  });

  it.each([
    [{ search: "SHOP" }, [SHOP, "1997968394350005"]],
    [{ search: "databases" }, [DATABASES]],
    [{ search: "no such name" }, []],
    [{ under: SHOP }, [SHOP]],
    [{ under: DATABASES, search: "databases" }, [DATABASES]],
    [
      { under: DATABASES, kind: "MEMBER_ACCOUNT", search: "orders-db" },
      [ORDERS],
    ],
    [{ kind: "RESOURCE_DIRECTORY" }, [DIRECTORY]],
    [{ kind: "RESOURCE_DIRECTORY", under: ROOT }, []],
    [{ kind: "FOLDER", tag: "stage" }, []],
    [
      { tag: "stage=staging", under: "fd-Qm81rWc5Xe", search: "staging-" },
      ["1997968394350005", "1997968394350006"],
    ],
  ])("match all conditions: %j", async (args, expected) => {
    expect(idsOf(await ask(args))).toEqual(expected);
  });

  it("with a tag are only accounts that have it", async () => {
    const { page } = await ask({ tag: "stage", pageSize: 100 });
    expect(page.totalCount).toBe(179);
    for (const { kind, tags } of page.items) {
      expect([kind, tags.map(({ key }) => key)]).toEqual([
        "MEMBER_ACCOUNT",
        expect.arrayContaining(["stage"]),
      ]);
    }
  });

  it("under an unknown target are an error", async () => {
    for (const under of ["fd-0000000000", "rd-other", "1"]) {
      expect([under, (await ask({ under })).code]).toEqual([
        under,
        "BINDING_TARGET_NOT_FOUND",
      ]);
    }
  });

  it("reject invalid conditions before any call", async () => {
    for (const args of [
      { under: "production" },
      { search: "x".repeat(301) },
      { tag: "" },
      { pageSize: 101 },
    ]) {
      expect([args, (await ask(args)).code]).toEqual([args, "INVALID_INPUT"]);
    }
    expect(actions()).toEqual([]);
  });

  it.each([
    ["GetResourceDirectory", "NoPermission", "UPSTREAM_DENIED"],
    ["ListAccounts", "NoPermission", "UPSTREAM_DENIED"],
    ["ListAccounts", "EntityNotExists.ResourceDirectory", "UPSTREAM_DENIED"],
    ["ListFoldersForParent", "NoPermission", "UPSTREAM_DENIED"],
    ["GetResourceDirectory", "ResourceDirectoryNotInUse", "UPSTREAM_DENIED"],
  ])(
    "are %s with %s: %s, never an empty page",
    async (operation, code, expected) => {
      running.emulator.control.addFault({
        effect: "error",
        operation,
        code,
        times: null,
      });
      const answer = await ask();
      expect(answer.code).toBe(expected);
      if (answer.page !== null) expect(answer.page).not.toHaveProperty("items");
    },
  );

  it.each(["repeatRow", "skipRow"] as const)(
    "are read again after the fault %s, and are an error when it lasts",
    async (effect) => {
      const { control } = running.emulator;
      control.addFault({ effect, operation: "ListAccounts", skip: 1 });
      expect((await ask()).page.totalCount).toBe(232);
      control.reset();
      control.addFault({ effect, operation: "ListAccounts", times: null });
      expect((await ask()).code).toBe("UPSTREAM_UNAVAILABLE");
    },
  );

  it("are consistent when an account leaves between two pages", async () => {
    running.emulator.control.changeDirectory({
      leave: [SHOP],
      before: { operation: "ListAccounts", skip: 1 },
    });
    const answer = await ask({ search: SHOP });
    expect([answer.code, answer.page.items]).toEqual(["OK", []]);
  });
});

describe("the vendor calls of binding targets", () => {
  it("are one per 100 accounts and one more when no folder name is needed", async () => {
    await graphql(
      "{ bindingTargets(kind: MEMBER_ACCOUNT) { items { id name status tags { key } } } }",
    );
    expect(actions().sort()).toEqual(READS);
    running.emulator.control.clearCalls();
    await send("/v1/binding-targets?kind=MEMBER_ACCOUNT");
    expect(actions().sort()).toEqual(READS);
  });

  it("are one more per folder when paths are selected", async () => {
    await graphql(
      "{ bindingTargets(kind: MEMBER_ACCOUNT) { items { path } } }",
    );
    const folders = actions().filter((one) => one === "ListFoldersForParent");
    expect(folders).toHaveLength(31);
  });

  it("are made once for all fields of a request, and are reported", async () => {
    const { extensions, errors } = await graphql(`
      {
        bindingTargets {
          totalCount
        }
        messageContacts(pageSize: 100) {
          items {
            bindings {
              target {
                name
                path
                accountCount
              }
            }
          }
        }
      }
    `);
    expect(errors).toBeUndefined();
    expect(actions()).toHaveLength(3 + 31 + 1);
    expect(extensions?.["cost"]).toMatchObject({
      upstreamCalls: 35,
      requestedCalls: 35,
    });
  });

  it("are made once for equal requests within 60 seconds", async () => {
    const cached = { headers: { "cache-control": "max-age=60" } };
    await send("/v1/binding-targets?kind=MEMBER_ACCOUNT");
    running.emulator.control.clearCalls();
    const answer = await send("/v1/binding-targets", {
      headers: cached.headers,
      method: "GET",
    });
    expect(answer.status).toBe(200);
    expect(actions().filter((one) => one === "ListAccounts")).toEqual([]);
  });
});

describe("the target of a binding", () => {
  const QUERY = `query ($id: ID!) { messageContact(id: $id) { name bindings { targetId target { id kind name path status tags { key } accountCount } } } }`;

  it("has a name and a path", async () => {
    const { data, errors } = await graphql(QUERY, { id: TOM });
    expect(errors).toBeUndefined();
    expect(data?.["messageContact"]).toEqual({
      name: "tom",
      bindings: [
        {
          targetId: BOUND_FOLDER,
          target: {
            id: BOUND_FOLDER,
            kind: "FOLDER",
            name: "production",
            path: ["Root", "production"],
            status: null,
            tags: [],
            accountCount: expect.any(Number),
          },
        },
      ],
    });
  });

  it("is null when the account has left the directory", async () => {
    const { control } = running.emulator;
    control.changeDirectory({ leave: ["1997968394350005"] });
    const { data, errors } = await graphql(QUERY, { id: "c-K2aQv9mE4zTxO7Pd" });
    expect(errors).toBeUndefined();
    expect(data?.["messageContact"]).toMatchObject({
      bindings: [{ targetId: "1997968394350005", target: null }],
    });
  });

  it("is FORBIDDEN without directory:read, and the contact is still returned", async () => {
    const { data, errors } = await graphql(QUERY, { id: TOM }, "contacts");
    expect(data?.["messageContact"]).toEqual({
      name: "tom",
      bindings: [{ targetId: BOUND_FOLDER, target: null }],
    });
    expect(errors).toMatchObject([
      {
        path: ["messageContact", "bindings", 0, "target"],
        extensions: { code: "FORBIDDEN" },
      },
    ]);
    expect(actions()).not.toContain("ListAccounts");
  });

  it("is an error when the vendor refuses the directory", async () => {
    running.emulator.control.addFault({
      effect: "error",
      operation: "ListAccounts",
      code: "NoPermission",
      times: null,
    });
    const { data, errors } = await graphql(QUERY, { id: TOM });
    expect(data?.["messageContact"]).toMatchObject({
      bindings: [{ target: null }],
    });
    expect(errors?.[0]?.extensions["code"]).toBe("UPSTREAM_DENIED");
  });

  it("is returned for a new binding and for an account that needs a contact", async () => {
    const bound = await graphql(
      `mutation { associateMembers(input: { contactId: "${TOM}", targetIds: ["${SHOP}"] }) { changes { targetId target { name } } errors { code } } }`,
    );
    expect(bound.data?.["associateMembers"]).toMatchObject({
      changes: [{ targetId: SHOP, target: { name: "shop" } }],
    });
  });
});

describe("a caller without directory:read", () => {
  it("gets FORBIDDEN over both APIs, before any call", async () => {
    const rest = await send("/v1/binding-targets", {}, "contacts");
    expect(rest.status).toBe(403);
    const { errors } = await graphql(
      "{ bindingTargets { totalCount } }",
      {},
      "contacts",
    );
    expect(errors?.[0]?.extensions["code"]).toBe("FORBIDDEN");
    expect(actions()).toEqual([]);
  });
});
