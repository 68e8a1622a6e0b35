import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { withChanges } from "../../src/config/config.js";
import { readConfig } from "../../src/config/read-config.js";
import { startGateway } from "../../src/gateway.js";
import { Logger } from "../../src/logging/logger.js";
import { TOM } from "../support/calls.js";
import { environmentFor, startBoth, type Running } from "../support/running.js";
import { bearer, keysFor, newFolder } from "../support/signed-in.js";

const NAME = "query Name($id: ID!) { messageContact(id: $id) { name } }";
const RENAME =
  'mutation { updateMessageContact(input: {contactId: "c-qL4HqKONzOM7aB3d", title: CEO}) { errors { code } } }';
const WATCH =
  'subscription { messageContactDeletionStatus(contactId: "c-qL4HqKONzOM7aB3d") { state } }';

const TOMS_NAME = { data: { messageContact: { name: "tom" } } };

const read = async (response: Response): Promise<Answer> =>
  (await response.json()) as Answer;

/** Headers that urql sends with its default options. */
const URQL = {
  accept:
    "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed",
};

/** Headers of a link or an image on a page of another site, in an old browser. */
const SIMPLE = { accept: "image/avif,image/webp,*/*;q=0.8" };

type Headers = Readonly<Record<string, string>>;
type Parameters = Readonly<Record<string, string>>;

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions: { readonly code: string };
  }[];
}

const folder = newFolder();
const { file, keys } = keysFor({ reader: { scopes: ["contacts:read"] } });

afterAll(() => folder.remove());

const byName: Parameters = {
  query: NAME,
  variables: JSON.stringify({ id: TOM }),
};

function get(
  { gateway }: Pick<Running, "gateway">,
  parameters: Parameters | string,
  headers: Headers = URQL,
  path = "/graphql",
): Promise<Response> {
  const search = new URLSearchParams(parameters);
  return fetch(`${gateway.url}${path}?${search.toString()}`, { headers });
}

const calls = ({ emulator }: Running): number =>
  emulator.control.calls().length;

describe("GET /graphql without authentication", () => {
  let running: Running;
  beforeAll(async () => {
    running = await startBoth({ seed: "sample" });
  });
  afterAll(() => running.stop());

  it("executes a query with the parameters of the URL", async () => {
    const query = `${NAME} query Other { __typename }`;
    for (const parameters of [
      byName,
      { ...byName, operationName: "Name" },
      { ...byName, query, operationName: "Name" },
      { ...byName, extensions: "{}", unrelated: "1" },
      { ...byName, operationName: "", extensions: "" },
    ]) {
      // The second time, the operation cache answers.
      for (let time = 1; time <= 2; time += 1) {
        const response = await get(running, parameters);
        expect(response.status).toBe(200);
        expect(response.headers.get("cache-control")).toBe("no-store");
        expect(await read(response)).toEqual(TOMS_NAME);
      }
    }
  });

  it.each<[string, Headers]>([
    ["urql", URQL],
    ["JSON as accepted type", { accept: "application/json" }],
    ["Apollo's header", { "apollo-require-preflight": "true" }],
    ["Apollo's operation name", { "x-apollo-operation-name": "Name" }],
    ["the general header", { "graphql-require-preflight": "1" }],
    ["a content type of its own", { "content-type": "application/json" }],
    ["a page of the gateway", { "sec-fetch-site": "same-origin" }],
  ])("accepts %s", async (_name, headers) => {
    const response = await get(running, byName, headers);
    expect(response.status).toBe(200);
    expect(await read(response)).toEqual(TOMS_NAME);
  });

  it.each<[string, Headers, number]>([
    ["no headers", {}, 400],
    ["any accepted type", { accept: "*/*" }, 400],
    ["the headers of an image", SIMPLE, 400],
    ["the headers of a form", { ...SIMPLE, "content-type": "text/plain" }, 400],
    ["an address bar", { ...SIMPLE, "sec-fetch-site": "none" }, 400],
    [
      "a page of another site",
      { ...URQL, "sec-fetch-site": "cross-site" },
      403,
    ],
    [
      "a page of the same site",
      { ...URQL, "sec-fetch-site": "same-site" },
      403,
    ],
    ["another origin", { ...URQL, origin: "https://evil.example" }, 403],
    ["an opaque origin", { ...URQL, origin: "null" }, 403],
    ["another host", { ...URQL, host: "evil.example" }, 421],
  ])(
    "rejects %s before it calls the vendor",
    async (_name, headers, status) => {
      const before = calls(running);
      // fetch cannot set a Host header.
      const response =
        headers["host"] === undefined
          ? await get(running, byName, headers)
          : await getWithHost(running, byName, headers);
      expect(response.status).toBe(status);
      expect(response.headers.get("access-control-allow-origin")).toBeNull();
      expect(response.headers.get("cross-origin-resource-policy")).toBe(
        "same-origin",
      );
      const { data, errors = [] } = await read(response);
      expect(data).toBeUndefined();
      expect(errors).toHaveLength(1);
      expect(calls(running)).toBe(before);
    },
  );

  it("answers 405 with Allow: POST to mutations and subscriptions", async () => {
    for (const parameters of [
      { query: RENAME, operationName: "" },
      { query: WATCH, operationName: "" },
      { query: `${NAME} ${RENAME.replace("{", "M {")}`, operationName: "M" },
    ]) {
      for (let time = 1; time <= 2; time += 1) {
        const response = await get(running, parameters);
        expect(response.status).toBe(405);
        expect(response.headers.get("allow")).toBe("POST");
        const { errors } = await read(response);
        expect(errors?.[0]?.message).toContain("GET executes queries only");
        expect(errors?.[0]?.extensions.code).toBe("BAD_REQUEST");
      }
    }
  });

  it("does not execute a mutation that POST has made known", async () => {
    await fetch(`${running.gateway.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", ...URQL },
      body: JSON.stringify({ query: RENAME }),
    });
    const before = calls(running);
    expect((await get(running, { query: RENAME })).status).toBe(405);
    expect(calls(running)).toBe(before);
  });

  it.each([
    ["a variable", "query ($a: EmailAddress) { __typename }"],
    ["a non-null variable", "query ($a: PhoneNumber!) { __typename }"],
    ["a list", "query ($a: [[EmailAddress!]]!) { __typename }"],
    ["an input", "query ($a: AddMessageContactInput) { __typename }"],
    [
      "a list of inputs",
      "query ($a: [UpdateMessageContactInput!]) { __typename }",
    ],
    ["a default", 'query ($a: EmailAddress = "a@b.example") { __typename }'],
    [
      "a literal in another operation",
      'query A { __typename } mutation B { addMessageContact(input: {emailAddress: "a@b.example"}) { errors { code } } }',
    ],
  ])("rejects personal data in %s, and says so", async (_name, query) => {
    for (const path of ["/graphql", "/graphql/stream"]) {
      const parameters = {
        query,
        operationName: query.includes("A {") ? "A" : "",
      };
      const response = await get(running, parameters, URQL, path);
      expect(response.status).toBe(400);
      const { errors } = await read(response);
      expect(errors?.[0]?.message).toContain(
        "URLs must not contain personal data",
      );
    }
  });

  it("executes an operation beside a mutation without personal data", async () => {
    const query = `${NAME} ${RENAME.replace("{", "M {")}`;
    const response = await get(running, {
      ...byName,
      query,
      operationName: "Name",
    });
    expect(await read(response)).toEqual(TOMS_NAME);
  });

  it.each([
    ["`variables`", "query={__typename}&variables=x"],
    ["`variables`", "query={__typename}&variables=[]"],
    ["`variables`", 'query={__typename}&variables={"__proto__":{}}'],
    ["`extensions`", "query={__typename}&extensions=1"],
    ["may each occur once", "query={__typename}&query={__typename}"],
    ["has no document", ""],
    ["has no document", "query="],
    ["Syntax Error", "query={"],
    ["Unknown operation named", "query={__typename}&operationName=X"],
  ])("states the reason %s for %s", async (reason, search) => {
    const response = await get(running, search);
    expect(response.status).toBe(400);
    const { errors } = await read(response);
    expect(errors?.[0]?.message).toContain(reason);
    expect(errors?.[0]?.extensions.code).toBe("BAD_REQUEST");
  });

  it("registers and finds a document by its hash", async () => {
    const sha256Hash = createHash("sha256").update(NAME).digest("hex");
    const extensions = JSON.stringify({
      persistedQuery: { version: 1, sha256Hash },
    });
    const hashed = { variables: byName["variables"] ?? "", extensions };
    const first = await get(running, hashed);
    expect(first.status).toBe(200);
    expect((await read(first)).errors?.[0]?.message).toBe(
      "PersistedQueryNotFound",
    );
    const second = await get(running, { ...byName, extensions });
    expect(await read(second)).toEqual(TOMS_NAME);
    expect(await read(await get(running, hashed))).toEqual(TOMS_NAME);
  });

  it("writes neither parameters nor personal data to the log", async () => {
    const lines: string[] = [];
    const config = withChanges(
      readConfig({
        ...environmentFor(running.emulator.url),
        LOG_LEVEL: "debug",
      }),
      { embeddedEmulator: running.emulator.url },
    );
    const logger = new Logger(config, {
      write: (line: string) => void lines.push(line),
    });
    const gateway = await startGateway(config, logger);
    const query =
      'query ($a: EmailAddress = "secret@b.example") { __typename }';
    await get({ gateway }, byName);
    await get({ gateway }, { query });
    await get({ gateway }, { query: "{ secretField }" });
    await gateway.close();
    const log = lines.join("");
    expect(log).toContain('"route":"/graphql"');
    expect(log).not.toMatch(/secret|query=|%7B|\?|messageContact\(/);
  });
});

describe("GET /graphql with authentication", () => {
  let running: Running;
  beforeAll(async () => {
    running = await startBoth(
      { seed: "sample" },
      {
        API_KEYS_FILE: folder.write("keys.json", file),
        AUDIT_LOG: "none",
        CORS_ORIGINS: "https://console.example.com",
      },
    );
  });
  afterAll(() => running.stop());

  it("accepts a credential in either header, whatever else is sent", async () => {
    for (const credential of [
      bearer(keys.reader),
      { "x-api-key": keys.reader },
    ]) {
      for (const headers of [{}, SIMPLE, URQL]) {
        const response = await get(running, byName, {
          ...headers,
          ...credential,
        });
        expect(response.status).toBe(200);
        expect(await read(response)).toEqual(TOMS_NAME);
      }
    }
  });

  it("reads no credential from the URL", async () => {
    for (const name of ["access_token", "api_key", "x-api-key"]) {
      const response = await get(running, { ...byName, [name]: keys.reader });
      expect(response.status).toBe(401);
    }
  });

  it("answers pages of allowed origins only", async () => {
    const origin = "https://console.example.com";
    const allowed = await get(running, byName, {
      ...URQL,
      ...bearer(keys.reader),
      origin,
    });
    expect(await read(allowed)).toEqual(TOMS_NAME);
    expect(allowed.headers.get("access-control-allow-origin")).toBe(origin);
    const foreign = await get(running, byName, {
      ...URQL,
      ...bearer(keys.reader),
      origin: "https://evil.example",
    });
    expect(foreign.status).toBe(403);
  });
});

/** A request over node:http, which can set any Host header. */
async function getWithHost(
  { gateway }: Running,
  parameters: Parameters,
  headers: Headers,
): Promise<Response> {
  const { request } = await import("node:http");
  const search = new URLSearchParams(parameters).toString();
  return new Promise((resolve, reject) => {
    request(`${gateway.url}/graphql?${search}`, { headers }, (incoming) => {
      const parts: Buffer[] = [];
      incoming.on("data", (part: Buffer) => parts.push(part));
      incoming.on("end", () =>
        resolve(
          new Response(Buffer.concat(parts), {
            status: incoming.statusCode ?? 0,
            headers: Object.fromEntries(
              Object.entries(incoming.headers).map(([name, value]) => [
                name,
                String(value),
              ]),
            ),
          }),
        ),
      );
    })
      .on("error", reject)
      .end();
  });
}
