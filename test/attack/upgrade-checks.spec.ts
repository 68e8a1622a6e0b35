import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { REST } from "../support/apis.js";
import { handshake, head, RawPeer } from "../support/raw-peer.js";
import { startBoth, type Running } from "../support/running.js";
import { keysFor, newFolder } from "../support/signed-in.js";
import { until } from "../support/until.js";

const HOST = "Host: 127.0.0.1";
const QUERY = JSON.stringify({ query: "{ messageContacts { totalCount } }" });

const post = (path: string, ...lines: string[]): string =>
  head(
    `POST ${path} HTTP/1.1`,
    "Content-Type: application/json",
    `Content-Length: ${QUERY.length}`,
    ...lines,
  ) + QUERY;

interface Check {
  readonly name: string;
  readonly lines: readonly string[];
  readonly path?: string;
  /** Status on both paths. */
  readonly status: number;
  /** Status of a handshake that passes every check. */
  readonly handshake?: number;
}

/** Every check of the request path that reads request headers. */
const WITHOUT_SIGN_IN: readonly Check[] = [
  { name: "nothing wrong", lines: [HOST], status: 200, handshake: 101 },
  {
    name: "a trailing slash",
    path: "/graphql/",
    lines: [HOST],
    status: 200,
    handshake: 101,
  },
  {
    name: "an escaped letter in the path",
    path: "/%67raphql",
    lines: [HOST],
    status: 200,
    handshake: 101,
  },
  {
    name: "a query string",
    path: "/graphql?a=b",
    lines: [HOST],
    status: 200,
    handshake: 101,
  },
  {
    name: "an absolute address",
    path: "http://127.0.0.1/graphql",
    lines: [HOST],
    status: 200,
    handshake: 101,
  },
  {
    name: "an unknown path",
    path: "/graphql/nothing",
    lines: [HOST],
    status: 404,
  },
  { name: "a path in capitals", path: "/GraphQL", lines: [HOST], status: 404 },
  {
    name: "two slashes",
    path: "//graphql",
    lines: [HOST],
    status: 200,
    handshake: 101,
  },
  { name: "a malformed path", path: "/graphql%zz", lines: [HOST], status: 400 },
  { name: "no host", lines: [], status: 400 },
  { name: "two hosts", lines: [HOST, "Host: evil.example"], status: 400 },
  { name: "the host twice", lines: [HOST, HOST], status: 400 },
  {
    name: "a host that is not loopback",
    lines: ["Host: evil.example"],
    status: 421,
  },
  {
    name: "an absolute address of another host",
    path: "http://evil.example/graphql",
    lines: ["Host: evil.example"],
    status: 421,
  },
  {
    name: "a foreign origin",
    lines: [HOST, "Origin: https://evil.example"],
    status: 403,
  },
  { name: "the origin null", lines: [HOST, "Origin: null"], status: 403 },
  {
    name: "a page of another site",
    lines: [HOST, "Sec-Fetch-Site: cross-site"],
    status: 403,
  },
  {
    name: "its own origin",
    lines: [HOST, "Origin: http://127.0.0.1"],
    status: 200,
    handshake: 101,
  },
  {
    name: "a compressed body",
    lines: [HOST, "Content-Encoding: br"],
    status: 415,
  },
  {
    name: "headers of more than 16 KiB",
    lines: [HOST, `A: ${"b".repeat(17_000)}`],
    status: 431,
  },
  { name: "a header with NUL", lines: [HOST, "A: \0"], status: 400 },
];

const WITH_SIGN_IN: readonly Check[] = [
  {
    name: "two credentials in one header",
    lines: [HOST, "Authorization: Bearer a", "Authorization: Bearer b"],
    status: 401,
  },
  { name: "an unknown path", path: "/nothing", lines: [HOST], status: 401 },
];

const folder = newFolder();
const { file } = keysFor({ reader: { scopes: ["contacts:read"] } });
const all: Running[] = [];
const start = async (
  environment: Readonly<Record<string, string>>,
): Promise<Running> => {
  const running = await startBoth({ seed: "sample" }, environment);
  all.push(running);
  return running;
};

/** Sends bytes on a new connection; resolves with the response head. */
async function ask({ gateway }: Running, bytes: string): Promise<string> {
  const peer = await RawPeer.open(gateway.url);
  peer.write(Buffer.from(bytes, "latin1"));
  try {
    return await until("a response", () =>
      peer.received.includes("\r\n\r\n") ? peer.received : null,
    );
  } finally {
    peer.end();
  }
}

const statusOf = (answer: string): number =>
  Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);

afterAll(async () => {
  await Promise.all(all.map((running) => running.stop()));
  folder.remove();
});

describe.each([
  ["without sign-in", WITHOUT_SIGN_IN, () => ({})],
  [
    "with authentication",
    WITH_SIGN_IN,
    () => ({
      API_KEYS_FILE: folder.write("keys.json", file),
      AUDIT_LOG: "none",
    }),
  ],
] as const)("a request and a handshake %s", (_name, checks, environment) => {
  let running: Running;
  beforeAll(async () => {
    running = await start(environment());
  });

  it.each(checks)(
    "get the same status on $name",
    async ({
      lines,
      path = "/graphql",
      status,
      handshake: accepted = status,
    }) => {
      const answers = [
        await ask(running, post(path, ...lines)),
        await ask(running, handshake(path, ...lines)),
      ];
      expect(answers.map(statusOf)).toEqual([status, accepted]);
    },
  );
});

describe("a refused handshake", () => {
  it("gets a GraphQL error response with its request id", async () => {
    const running = await start({});
    const requestId = "0b5f4a3c-5d2e-4f6a-8b7c-9d0e1f2a3b4c";
    const answer = await ask(
      running,
      handshake(
        "/graphql",
        HOST,
        "Origin: https://evil.example",
        `X-Request-Id: ${requestId}`,
      ),
    );
    expect(answer).toContain(`x-request-id: ${requestId}`);
    expect(answer).toMatch(/^connection: close\r$/im);
    expect(answer).toContain('"code":"FORBIDDEN"');
  });

  it("counts against the rate limit of its address, as a request does", async () => {
    const running = await start({
      API_KEYS_FILE: folder.write("keys.json", file),
      AUDIT_LOG: "none",
      RATE_LIMIT_PER_ADDRESS_PER_MINUTE: "2",
    });
    const statuses: number[] = [];
    for (let count = 0; count < 3; count += 1) {
      statuses.push(statusOf(await ask(running, handshake("/graphql", HOST))));
    }
    expect(statuses).toEqual([101, 101, 429]);
  });

  it("gets 503 during load shedding and shutdown", async () => {
    const running = await start({ MAX_REQUESTS_IN_FLIGHT: "2" });
    const { control } = running.emulator;
    control.addFault({ effect: "delay", ms: 3_600_000, times: 2 });
    const held = ["c-aaaaaaaaaaaaaaa1", "c-aaaaaaaaaaaaaaa2"].map((contactId) =>
      REST.call(running.gateway.url, "getMessageContact", { contactId }),
    );
    await until(
      "two requests are in flight",
      () => running.gateway.health().facts["requestsInFlight"] === 2,
    );
    for (const bytes of [post("/graphql", HOST), handshake("/graphql", HOST)]) {
      const answer = await ask(running, bytes);
      expect(statusOf(answer)).toBe(503);
      expect(answer).toContain("GATEWAY_BUSY");
      expect(answer).toMatch(/^retry-after: 1\r$/im);
    }
    control.advanceClock(3_600_000);
    await Promise.all(held);
  });

  it("gets 503 when the process drains", async () => {
    const running = await startBoth({ seed: "sample" });
    const { control } = running.emulator;
    control.addFault({ effect: "delay", ms: 3_600_000 });
    const held = REST.call(running.gateway.url, "getMessageContact", {
      contactId: "c-aaaaaaaaaaaaaaa1",
    });
    await until(
      "a request is in flight",
      () => running.gateway.health().facts["requestsInFlight"] === 1,
    );
    const ended = running.stop();
    const answer = await ask(running, handshake("/graphql", HOST));
    expect(statusOf(answer)).toBe(503);
    expect(answer).toContain("GATEWAY_BUSY");
    control.advanceClock(3_600_000);
    await Promise.all([held, ended]);
  });
});
