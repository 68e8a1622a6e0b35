import { afterAll, afterEach, describe, expect, it } from "@jest/globals";
import { readConfig } from "../../src/config/read-config.js";
import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import { startGateway, type ProbedGateway } from "../../src/gateway.js";
import { Logger } from "../../src/logging/logger.js";
import { send, type RawAnswer } from "../support/raw-http.js";
import { environmentFor, startBoth } from "../support/running.js";
import { bearer, keysFor, newFolder } from "../support/signed-in.js";
import { TestSocket } from "../support/web-socket.js";
import { until } from "../support/until.js";

const folder = newFolder();
const { file, keys } = keysFor({ reader: { scopes: ["contacts:read"] } });
const LIST = "/v1/message-contacts";

let emulator: RunningEmulator;
let gateway: ProbedGateway;
let lines: Record<string, unknown>[] = [];

async function start(
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  emulator = await startEmulator({ seed: "sample" });
  lines = [];
  const config = readConfig({
    ...environmentFor(emulator.url),
    LOG_LEVEL: "info",
    API_KEYS_FILE: folder.write("keys.json", file),
    AUDIT_LOG: "none",
    ...environment,
  });
  const write = (line: string): void => {
    lines.push(JSON.parse(line) as Record<string, unknown>);
  };
  gateway = await startGateway(config, new Logger(config, { write }));
}

afterEach(async () => {
  await gateway.close();
  await emulator.stop();
});
afterAll(() => folder.remove());

const ask = (
  headers: Readonly<Record<string, string>>,
  path = LIST,
): Promise<RawAnswer> =>
  send(gateway.url, {
    name: "",
    method: "GET",
    path,
    headers: { ...bearer(keys.reader), ...headers },
  });

const statusFor = async (
  headers: Readonly<Record<string, string>>,
): Promise<number> => (await ask(headers)).status;

describe("the rate limit per address", () => {
  it("counts the peer when it is not trusted, whatever headers it sends", async () => {
    await start({ RATE_LIMIT_PER_ADDRESS_PER_MINUTE: "2" });
    const made = (at: number): Record<string, string> => ({
      "x-forwarded-for": `192.0.2.${at}`,
      forwarded: `for=192.0.2.${at}`,
      "x-real-ip": `192.0.2.${at}`,
    });
    expect(await statusFor(made(1))).toBe(200);
    expect(await statusFor(made(2))).toBe(200);
    expect(await statusFor(made(3))).toBe(429);
  });

  it("counts the client that a trusted proxy names, and no address that the client adds", async () => {
    await start({
      TRUSTED_PROXIES: "loopback",
      RATE_LIMIT_PER_ADDRESS_PER_MINUTE: "2",
    });
    const by = (client: string, at: number): Record<string, string> => ({
      "x-forwarded-for": `203.0.113.${at}, ${client}`,
    });
    expect(await statusFor(by("192.0.2.1", 1))).toBe(200);
    expect(await statusFor(by("192.0.2.1", 2))).toBe(200);
    expect(await statusFor(by("192.0.2.1", 3))).toBe(429);
    expect(await statusFor(by("192.0.2.2", 4))).toBe(200);
    // A client that adds the header which its proxy does not write gains no budget.
    const both = (at: number): Record<string, string> => ({
      "x-forwarded-for": "192.0.2.1",
      forwarded: `for=203.0.113.${at}`,
    });
    expect(await statusFor(both(1))).toBe(200);
    expect(await statusFor(both(2))).toBe(200);
    expect(await statusFor(both(3))).toBe(429);
  });

  it("counts WebSockets by the same address", async () => {
    await start({
      TRUSTED_PROXIES: "1",
      RATE_LIMIT_PER_ADDRESS_PER_MINUTE: "2",
    });
    const options = { headers: { "x-forwarded-for": "192.0.2.1" } };
    await (await TestSocket.open(gateway.url, options)).close();
    await (await TestSocket.open(gateway.url, options)).close();
    await expect(TestSocket.open(gateway.url, options)).rejects.toThrow("429");
    expect(await statusFor({ "x-forwarded-for": "192.0.2.2" })).toBe(200);
  });
});

describe("the log", () => {
  it("names the client and the origin that was refused", async () => {
    await start({ TRUSTED_PROXIES: "127.0.0.0/8" });
    const { status, text } = await ask({
      "x-forwarded-for": "192.0.2.1",
      origin: "https://evil.example",
    });
    expect([status, text]).toEqual([
      403,
      expect.stringContaining("add https://evil.example to CORS_ORIGINS"),
    ]);
    const line = await until(
      "the line is written",
      () => lines.find(({ msg }) => msg === "request") ?? null,
    );
    expect(line).toMatchObject({
      status: 403,
      code: "FORBIDDEN",
      address: "192.0.2.1",
      refusedOrigin: "https://evil.example",
      settings: "CORS_ORIGINS, PUBLIC_URL, TRUSTED_PROXIES",
    });
  });
});

describe("without authentication, behind a trusted proxy", () => {
  const LOCAL = "localhost:3000";
  const EVIL = "evil.example:3000";

  it.each([
    ["the host that the proxy received", { host: LOCAL }, 200],
    ["a Host header that the proxy replaces", forwardedHost(LOCAL), 200],
    ["another host, as the proxy reports", forwardedHost(EVIL), 421],
    ["DNS rebinding", { host: EVIL }, 421],
    [
      "DNS rebinding with X-Forwarded-Host",
      { host: EVIL, "x-forwarded-host": LOCAL },
      421,
    ],
    [
      "DNS rebinding with X-Forwarded-Host and -For",
      { ...forwardedHost(LOCAL), "x-forwarded-for": "127.0.0.1", host: EVIL },
      421,
    ],
    [
      "DNS rebinding with Forwarded",
      { host: EVIL, forwarded: `for=127.0.0.1;host="${LOCAL}"` },
      421,
    ],
  ])("%s", async (_name, headers, status) => {
    await start({ TRUSTED_PROXIES: "loopback", API_KEYS_FILE: "" });
    for (const path of [LIST, "/", "/graphql?query={__typename}"]) {
      const answer = await send(gateway.url, {
        name: "",
        method: "GET",
        path,
        headers: { accept: "application/json", ...headers },
      });
      expect([path, answer.status]).toEqual([path, status]);
    }
  });
});

function forwardedHost(host: string): Record<string, string> {
  return { "x-forwarded-host": host };
}

describe("the emulator's links to the gateway", () => {
  const linksAfter = async (
    environment: Readonly<Record<string, string>>,
    host: string,
  ): Promise<string> => {
    ({ emulator, gateway } = await startBoth(
      {},
      { API_KEYS_FILE: folder.write("keys.json", file), ...environment },
    ));
    emulator.control.linkGateway("https://before.example");
    await send(gateway.url, {
      name: "",
      method: "GET",
      path: "/emulator",
      headers: { host },
    });
    return (await fetch(`${emulator.url}/_emulator/ui`)).text();
  };

  it.each(["localhost:3000", "127.0.0.1", "[::1]:3000"])(
    "name this machine, as the client does: %s",
    async (host) => {
      expect(await linksAfter({}, host)).toContain(`href="http://${host}/"`);
    },
  );

  it.each(["evil.example", "localhost.evil.example", "localhost@evil", "a b"])(
    "name no other host that a client sends: %s",
    async (host) => {
      expect(await linksAfter({}, host)).toContain(
        'href="https://before.example/"',
      );
    },
  );

  it("begin with PUBLIC_URL", async () => {
    const PUBLIC_URL = "https://a.example/gw";
    expect(await linksAfter({ PUBLIC_URL }, "evil.example")).toContain(
      `href="${PUBLIC_URL}/"`,
    );
  });
});

describe("links", () => {
  it("begin with PUBLIC_URL", async () => {
    await start({ PUBLIC_URL: "https://a.example/gw/" });
    const base = "https://a.example/gw";
    const { headers } = await ask({});
    expect(headers["link"]).toContain(`<${base}${LIST}?`);
    const { text } = await ask({}, `${LIST}/c-none`);
    const { type } = JSON.parse(text) as { type: string };
    expect(type).toContain(`${base}/errors/`);
    const openApi = JSON.parse((await ask({}, "/openapi.json")).text) as object;
    expect(openApi).toMatchObject({ servers: [{ url: base }] });
    expect((await ask({}, "/")).text).toContain(`curl ${base}/graphql`);
    expect((await ask({}, `/gw${LIST}`)).status).toBe(200);
    const origin = "https://a.example";
    expect((await ask({ origin })).status).toBe(200);
  });

  it("have the prefix of a trusted proxy only", async () => {
    await start({ TRUSTED_PROXIES: "loopback" });
    const prefix = { "x-forwarded-prefix": "/gw" };
    expect((await ask(prefix)).headers["link"]).toContain(`</gw${LIST}?`);
    await gateway.close();
    await emulator.stop();
    await start({});
    expect((await ask(prefix)).headers["link"]).toContain(`<${LIST}?`);
    const openApi = JSON.parse((await ask({}, "/openapi.json")).text) as object;
    expect(openApi).toMatchObject({ servers: [{ url: "." }] });
  });
});
