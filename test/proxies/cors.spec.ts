import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { TOM } from "../support/emulator-fixture.js";
import { send, writeBytes, type RawRequest } from "../support/raw-http.js";
import { startBoth, type Running } from "../support/running.js";
import { bearer, keysFor, newFolder } from "../support/signed-in.js";

const ORIGIN = "https://console.example.com";

const folder = newFolder();
const { file, keys } = keysFor({
  reader: { scopes: ["contacts:read", "contacts:write"] },
  // Its own limit is exhausted by the tests.
  busy: { scopes: ["contacts:read"] },
});

let running: Running;
let limited: Running;

beforeAll(async () => {
  const environment = {
    API_KEYS_FILE: folder.write("keys.json", file),
    AUDIT_LOG: "none",
    CORS_ORIGINS: ORIGIN,
    MAX_WEBSOCKETS: "0",
  };
  running = await startBoth({ seed: "sample" }, environment);
  limited = await startBoth(
    { seed: "sample" },
    {
      ...environment,
      TRUSTED_PROXIES: "loopback",
      RATE_LIMIT_PER_ADDRESS_PER_MINUTE: "1",
    },
  );
});

afterAll(async () => {
  await running.stop();
  await limited.stop();
  folder.remove();
});

const LIST = "/v1/message-contacts";
const JSON_TYPE = { "content-type": "application/json" };
const READER = bearer(keys.reader);

const EXPOSED = [
  "allow",
  "etag",
  "link",
  "location",
  "ratelimit",
  "ratelimit-policy",
  "retry-after",
  "www-authenticate",
  "x-request-id",
];

function expectReadable(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): void {
  expect(headers["access-control-allow-origin"]).toBe(ORIGIN);
  expect(headers["access-control-allow-credentials"]).toBeUndefined();
  expect(String(headers["vary"]).toLowerCase()).toContain("origin");
  expect(String(headers["access-control-expose-headers"]).split(", ")).toEqual(
    expect.arrayContaining(EXPOSED),
  );
}

describe("responses to pages of an allowed origin can be read", () => {
  const requests: readonly (readonly [number, Omit<RawRequest, "name">])[] = [
    [200, { method: "GET", path: LIST, headers: READER }],
    [200, { method: "HEAD", path: LIST, headers: READER }],
    [200, { method: "GET", path: "/" }],
    [
      200,
      {
        method: "POST",
        path: "/graphql",
        headers: { ...READER, ...JSON_TYPE },
        body: '{"query":"{__typename}"}',
      },
    ],
    [
      200,
      { method: "GET", path: `/v1/message-contacts/${TOM}`, headers: READER },
    ],
    [
      400,
      {
        method: "POST",
        path: LIST,
        headers: { ...READER, ...JSON_TYPE },
        body: "{",
      },
    ],
    [400, { method: "GET", path: "/%zz", headers: READER }],
    [
      400,
      {
        method: "POST",
        path: "/graphql",
        headers: { ...READER, ...JSON_TYPE },
        body: "{}",
      },
    ],
    [401, { method: "GET", path: LIST }],
    [401, { method: "POST", path: "/graphql", headers: JSON_TYPE, body: "{}" }],
    [401, { method: "GET", path: "/nowhere" }],
    [403, { method: "DELETE", path: `${LIST}/${TOM}`, headers: READER }],
    [404, { method: "GET", path: "/nowhere", headers: READER }],
    [404, { method: "GET", path: "/errors/NOPE" }],
    [405, { method: "PUT", path: LIST, headers: READER }],
    [405, { method: "HEAD", path: "/graphql/stream", headers: READER }],
    [
      413,
      {
        method: "POST",
        path: LIST,
        headers: { ...READER, ...JSON_TYPE },
        body: `"${"x".repeat(70_000)}"`,
      },
    ],
    [
      415,
      {
        method: "POST",
        path: LIST,
        headers: { ...READER, "content-type": "text/plain" },
        body: "x",
      },
    ],
    [
      415,
      {
        method: "POST",
        path: "/graphql",
        headers: { ...READER, "content-type": "text/plain" },
        body: "x",
      },
    ],
    [
      422,
      {
        method: "POST",
        path: LIST,
        headers: { ...READER, ...JSON_TYPE },
        body: "{}",
      },
    ],
  ];

  it.each(requests)("%i to %j", async (status, { headers, ...request }) => {
    const answer = await send(running.gateway.url, {
      name: "",
      ...request,
      headers: { ...headers, origin: ORIGIN },
    });
    expect(answer.status).toBe(status);
    expectReadable(answer.headers);
  });

  it("429 of the limit per address", async () => {
    const ask = () =>
      send(limited.gateway.url, {
        name: "",
        method: "GET",
        path: LIST,
        headers: { origin: ORIGIN, "x-forwarded-for": "192.0.2.1" },
      });
    await ask();
    const { status, headers } = await ask();
    expect(status).toBe(429);
    expect(headers["retry-after"]).toBeDefined();
    expectReadable(headers);
  });

  it("431, 400 and 408, which Node.js decides", async () => {
    const raw = async (text: string): Promise<string> =>
      writeBytes(running.gateway.url, text);
    const large = await raw(
      `GET / HTTP/1.1\r\nHost: a\r\nOrigin: ${ORIGIN}\r\nA: ${"x".repeat(20_000)}\r\n\r\n`,
    );
    const malformed = await raw(
      `GET / HTTP/1.1\r\nHost: a\r\nOrigin: ${ORIGIN}\r\nA: \0\r\n\r\n`,
    );
    const foreign = await raw(
      `GET / HTTP/1.1\r\nHost: a\r\nOrigin: https://evil.example\r\nA: \0\r\n\r\n`,
    );
    expect(large).toMatch(/^HTTP\/1\.1 431 /);
    expect(malformed).toMatch(/^HTTP\/1\.1 400 /);
    for (const answer of [large, malformed]) {
      expectReadable(headersIn(answer));
      expect(headersIn(answer)["x-request-id"]).toMatch(/^[\da-f-]{36}$/);
    }
    expect(foreign).not.toContain("access-control");
  });

  it("503 while the gateway sheds load, and while it closes", async () => {
    const closing = await startBoth(
      { seed: "sample" },
      { CORS_ORIGINS: ORIGIN, MAX_WEBSOCKETS: "0" },
    );
    const { url } = closing.gateway;
    const origin = { origin: ORIGIN };
    // WebSockets are switched off.
    const answer = await send(url, {
      name: "",
      method: "GET",
      path: "/graphql",
      headers: {
        ...origin,
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      },
    });
    expect(answer.status).toBe(503);
    expectReadable(answer.headers);
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    // The gateway may close first.
    socket.on("error", () => undefined);
    const text = new Promise<string>((resolve) => {
      let received = "";
      socket.on("data", (data) => (received += data.toString("latin1")));
      socket.on("close", () => resolve(received));
    });
    socket.write("POST /graphql HTTP/1.1\r\nHost: localhost\r\n");
    const closed = closing.stop();
    socket.write(
      `Origin: ${ORIGIN}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`,
    );
    const received = await text;
    await closed;
    if (received !== "") {
      expect(received).toMatch(/^HTTP\/1\.1 (?:400|503) /);
      expectReadable(headersIn(received));
    }
  });

  it("an event stream", async () => {
    const answer = await fetch(
      `${running.gateway.url}${LIST}/${TOM}/deletion/events`,
      { headers: { ...READER, origin: ORIGIN } },
    );
    expect(answer.headers.get("content-type")).toContain("text/event-stream");
    expectReadable(Object.fromEntries(answer.headers));
    await answer.body?.cancel();
  });
});

/** Headers in the text of a response. */
function headersIn(answer: string): Record<string, string> {
  const [head = ""] = answer.split("\r\n\r\n");
  return Object.fromEntries(
    head
      .split("\r\n")
      .slice(1)
      .map((line) => line.split(/: (.*)/s))
      .map(([name = "", value = ""]) => [name.toLowerCase(), value]),
  );
}

describe("a preflight", () => {
  const preflight = (
    path: string,
    headers: Readonly<Record<string, string>>,
    gateway = running,
  ) =>
    send(gateway.gateway.url, {
      name: "",
      method: "OPTIONS",
      path,
      headers: { "access-control-request-method": "POST", ...headers },
    });

  it.each(["/graphql", LIST, `${LIST}/${TOM}`, "/nowhere", "/graphql/stream"])(
    "for %s allows every header that clients send",
    async (path) => {
      const names =
        "apollo-require-preflight,apollographql-client-name,authorization,b3,baggage,cache-control,content-type,graphql-client-name,idempotency-key,if-match,sentry-trace,traceparent,tracestate,x-apollo-operation-name,x-custom";
      const { status, headers, text } = await preflight(path, {
        origin: ORIGIN,
        "access-control-request-headers": names,
      });
      expect([status, text]).toEqual([204, ""]);
      expectReadable(headers);
      expect(headers["access-control-allow-headers"]).toBe(
        names.replaceAll(",", ", "),
      );
      for (const method of ["GET", "POST", "PATCH", "DELETE"]) {
        expect(headers["access-control-allow-methods"]).toContain(method);
      }
      expect(headers["vary"]).toContain("access-control-request-headers");
    },
  );

  it("allows no header that only proxies write, and no malformed list", async () => {
    const allowed = async (names: string): Promise<unknown> => {
      const { headers } = await preflight(LIST, {
        origin: ORIGIN,
        "access-control-request-headers": names,
      });
      return headers["access-control-allow-headers"];
    };
    expect(await allowed("X-Forwarded-For, Forwarded, X-A")).toBe("x-a");
    expect(await allowed("a b")).toContain("authorization");
    expect(await allowed("a".repeat(3_000))).toContain("authorization");
  });

  it("of another origin gets 403, and a message that names the origin", async () => {
    const { status, headers, text } = await preflight(LIST, {
      origin: "https://evil.example",
    });
    expect(status).toBe(403);
    expect(headers["access-control-allow-origin"]).toBeUndefined();
    expect(text).toContain("https://evil.example to CORS_ORIGINS");
  });

  it("is not charged to a rate limit", async () => {
    for (const origin of [ORIGIN, "https://evil.example"]) {
      for (let sent = 0; sent < 5; sent += 1) {
        const { status } = await preflight(
          LIST,
          { origin, "x-forwarded-for": "192.0.2.2" },
          limited,
        );
        expect(status).not.toBe(429);
      }
    }
    const { status } = await send(limited.gateway.url, {
      name: "",
      method: "GET",
      path: LIST,
      headers: { ...READER, "x-forwarded-for": "192.0.2.2" },
    });
    expect(status).toBe(200);
  });

  it("for a private network is allowed for an allowed origin only", async () => {
    const asked = { "access-control-request-private-network": "true" };
    const allowed = await preflight(LIST, { ...asked, origin: ORIGIN });
    expect(allowed.headers["access-control-allow-private-network"]).toBe(
      "true",
    );
    const shared = await preflight("/openapi.json", {
      ...asked,
      origin: "https://evil.example",
    });
    expect(shared.status).toBe(204);
    expect(
      shared.headers["access-control-allow-private-network"],
    ).toBeUndefined();
  });
});

describe("documents for tools", () => {
  it.each(["/openapi.json", "/schema.graphql", "/possibleTypes.json"])(
    "%s can be read by pages of every origin",
    async (path) => {
      for (const method of ["GET", "HEAD"]) {
        const { status, headers } = await send(running.gateway.url, {
          name: "",
          method,
          path,
          headers: {
            origin: "https://tool.example",
            "sec-fetch-site": "cross-site",
          },
        });
        expect(status).toBe(200);
        expect(headers["access-control-allow-origin"]).toBe("*");
        expect(headers["cross-origin-resource-policy"]).toBe("cross-origin");
      }
    },
  );

  it("keep a page of another origin from reading anything else", async () => {
    const { headers } = await send(running.gateway.url, {
      name: "",
      method: "GET",
      path: "/",
      headers: { origin: "https://tool.example" },
    });
    expect(headers["access-control-allow-origin"]).toBeUndefined();
    expect(headers["vary"]).toContain("origin");
  });
});
