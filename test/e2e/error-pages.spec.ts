import { readFile } from "node:fs/promises";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import ts from "typescript";
import { ErrorCode } from "../../src/errors/error-codes.js";
import { ERRORS, isRetryable } from "../../src/errors/error-table.js";
import { startBoth, type Running } from "../support/running.js";

let running: Running;
const pages = new Map<ErrorCode, string>();

/** The code blocks of a page, as text. */
function blocks(code: ErrorCode): string[] {
  const found = (pages.get(code) ?? "").matchAll(/<pre[^>]*>([^]*?)<\/pre>/g);
  return [...found].map(([, text = ""]) =>
    text
      .replaceAll("&quot;", '"')
      .replaceAll("&#39;", "'")
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&amp;", "&"),
  );
}

const jsonOf = (code: ErrorCode): Record<string, unknown>[] =>
  blocks(code)
    .filter((text) => text.startsWith("{"))
    .map((text) => JSON.parse(text) as Record<string, unknown>);

/** Removes what differs from request to request. */
function comparable(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, member: unknown) =>
      key === "requestId"
        ? "an id"
        : key === "path" || key === "locations"
          ? undefined
          : member,
    ),
  );
}

async function rest(
  path: string,
  init: RequestInit = {},
): Promise<Record<string, unknown>> {
  const answer = await fetch(`${running.gateway.url}${path}`, {
    ...init,
    headers: { "content-type": "application/json" },
  });
  return (await answer.json()) as Record<string, unknown>;
}

const graphql = (query: string): Promise<Record<string, unknown>> =>
  rest("/graphql", { method: "POST", body: JSON.stringify({ query }) });

const FIXTURE = new URL("../fixtures/vendor-errors.json", import.meta.url);
const CONTACTS = "/v1/message-contacts";
const NEW = {
  name: "tom",
  emailAddress: "x@example.com",
  title: "OTHER",
  messageTypes: ["PRODUCT_MESSAGE"],
};

describe("the pages of the error codes", () => {
  beforeAll(async () => {
    running = await startBoth({ seed: "sample" });
    for (const code of Object.values(ErrorCode)) {
      const answer = await fetch(
        `${running.gateway.url}/errors/${code}?lang=en`,
      );
      pages.set(code, await answer.text());
    }
  }, 60_000);

  afterAll(() => running.stop());

  it("show the problem document of a taken name as it arrives", async () => {
    const problem = await rest(CONTACTS, {
      method: "POST",
      body: JSON.stringify(NEW),
    });
    expect(jsonOf(ErrorCode.NAME_TAKEN)).toContainEqual(
      expect.objectContaining({ status: 409 }),
    );
    expect(comparable(jsonOf(ErrorCode.NAME_TAKEN).at(-1))).toEqual(
      comparable(problem),
    );
  });

  it("show the payload error of a taken name as it arrives", async () => {
    const response = await graphql(`
      mutation {
        addMessageContact(
          input: {
            name: "tom"
            emailAddress: "x@example.com"
            title: OTHER
            messageTypes: [PRODUCT_MESSAGE]
          }
        ) {
          errors {
            __typename
            code
            message
            field
            upstream {
              code
              httpStatus
              requestId
            }
            ... on NameTakenError {
              name
            }
          }
        }
      }
    `);
    expect(comparable(jsonOf(ErrorCode.NAME_TAKEN)[0])).toEqual(
      comparable(response),
    );
  });

  it.each([
    [ErrorCode.UPSTREAM_DENIED, "NoPermission"],
    [ErrorCode.QUOTA_EXCEEDED, "LimitExceeded.Contacts"],
  ] as const)("show both errors of %s as they arrive", async (code, vendor) => {
    const fault = { effect: "error", code: vendor, times: 2 } as const;
    running.emulator.control.addFault(fault);
    const problem = await rest(CONTACTS, {
      method: "POST",
      body: JSON.stringify({ ...NEW, name: "Xenia" }),
    });
    const list = "{ messageContacts { totalCount } }";
    const isPayload = code === ErrorCode.QUOTA_EXCEEDED;
    const { errors } = isPayload ? {} : await graphql(list);
    running.emulator.control.clearFaults();
    expect(comparable(jsonOf(code).at(-1))).toEqual(comparable(problem));
    if (!isPayload) {
      expect(comparable(jsonOf(code)[0])).toEqual(comparable({ errors }));
    }
  });

  it("give each vendor code the HTTP status that the vendor documents", async () => {
    const statuses = JSON.stringify(
      JSON.parse(await readFile(FIXTURE, "utf8")),
    );
    for (const code of Object.values(ErrorCode)) {
      const { upstream } = jsonOf(code).at(-1) as {
        upstream?: { code: string; httpStatus: number };
      };
      if (upstream === undefined) continue;
      expect(statuses).toContain(
        `"code":"${upstream.code}","httpStatus":${upstream.httpStatus}`,
      );
    }
  });

  it("name the operations and the vendor codes", () => {
    const text = pages.get(ErrorCode.NAME_TAKEN) ?? "";
    expect(text).toContain("<code>Mutation.addMessageContact</code>");
    expect(text).toContain("<code>POST /v1/message-contacts</code>");
    expect(text).toContain("<code>PATCH /v1/message-contacts/{id}</code>");
    expect(text).not.toContain("deleteMessageContact");
    expect(text).toContain("<code>InvalidParameter.Name.AlreadyUsed</code>");
    expect(pages.get(ErrorCode.INTERNAL)).toContain("Every operation can");
    expect(pages.get(ErrorCode.OUTCOME_UNKNOWN)).toContain("Every change can");
    expect(pages.get(ErrorCode.GATEWAY_BUSY)).toContain("The gateway itself");
  });

  it.each(Object.values(ErrorCode))(
    "have TypeScript that handles %s as its retry rule says",
    async (code) => {
      const snippets = blocks(code).filter((text) => !text.startsWith("{"));
      expect(snippets).toHaveLength(2);
      for (const snippet of snippets) {
        const { diagnostics = [] } = ts.transpileModule(snippet, {
          reportDiagnostics: true,
        });
        expect(diagnostics).toEqual([]);
      }
      const [answer] = jsonOf(code);
      const problem = jsonOf(code).at(-1);
      const isRest = await outcomeOf(
        snippets[1] ?? "",
        "send",
        ["PATCH", "/x", { "idempotency-key": "k" }],
        new Response(JSON.stringify(problem), { status: 500 }),
      );
      await outcomeOf(
        snippets[0] ?? "",
        "execute",
        ["mutation { x }", {}, { "idempotency-key": "k" }],
        new Response(JSON.stringify(answer)),
      );
      const isRepeated =
        isRetryable(code) || ERRORS[code].repeat === "readFirst";
      expect(isRest).toBe(isRepeated ? 2 : 1);
    },
  );
});

/** Runs a snippet whose first request fails. Returns the number of requests. */
async function outcomeOf(
  snippet: string,
  name: string,
  input: readonly unknown[],
  failure: Response,
): Promise<number> {
  let requests = 0;
  const fetchOnce = (): Promise<Response> => {
    requests += 1;
    return Promise.resolve(
      requests === 1 ? failure : new Response('{"data":{}}'),
    );
  };
  const { outputText } = ts.transpileModule(snippet, {
    compilerOptions: { target: ts.ScriptTarget.ES2022 },
  });
  const made: unknown = runInNewContext(`${outputText}\n${name};`, {
    fetch: fetchOnce,
    setTimeout: (done: () => void) => done(),
    console: { error: () => undefined },
  });
  const run = made as (...input: readonly unknown[]) => Promise<unknown>;
  await run(...input).catch(() => undefined);
  return requests;
}
