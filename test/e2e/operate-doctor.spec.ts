import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { doctor } from "../../src/commands/doctor.js";
import { startEmulator } from "../../src/emulator/emulator.server.js";

const SECRET = "canary-secret-77aa";

type Emulator = Awaited<ReturnType<typeof startEmulator>>;
let emulator: Emulator;

beforeEach(async () => {
  emulator = await startEmulator({
    keys: [
      { accessKeyId: "good", accessKeySecret: SECRET },
      {
        accessKeyId: "narrow",
        accessKeySecret: SECRET,
        allowedActions: ["ListMessageContacts", "GetMessageContact"],
      },
      { accessKeyId: "off", accessKeySecret: SECRET, isActive: false },
    ],
  });
});

afterEach(() => emulator.stop());

/** What doctor says, and its exit code. */
async function told(
  environment: Readonly<Record<string, string>>,
): Promise<{ code: number; text: string }> {
  let text = "";
  const code = await doctor(environment, (part) => (text += part));
  expect(text).not.toContain(SECRET);
  return { code, text };
}

const keys = (accessKeyId: string, secret = SECRET) => ({
  UPSTREAM_ENDPOINT: emulator.url,
  ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId,
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: secret,
});

test("finds every problem of the configuration, and looks no further", async () => {
  const { code, text } = await told({ PORT: "x", HOST: "0.0.0.0" });
  expect(code).toBe(1);
  expect(text).toMatch(/FAIL +configuration +PORT must be a port number/);
  expect(text).toMatch(/FAIL +configuration +HOST must be a loopback address/);
  expect(text).toMatch(/2 problems to solve/);
});

test("tells a key that is unknown, disabled or wrong apart", async () => {
  for (const [id, secret, words] of [
    ["nobody", SECRET, /FAIL +key +The vendor does not know this AccessKey id/],
    ["off", SECRET, /FAIL +key +The AccessKey is disabled/],
    ["good", "canary-secret-77aaX", /FAIL +key +The signature is wrong/],
  ] as const) {
    const { code, text } = await told(keys(id, secret));
    expect([id, code]).toEqual([id, 1]);
    expect(text).toMatch(words);
  }
});

test("names each reading action that the key may not use", async () => {
  const { code, text } = await told(keys("narrow"));
  expect(code).toBe(1);
  expect(text).toMatch(/ok +rights +GetMessageContact is allowed/);
  expect(text).toMatch(
    /FAIL +rights +GetMessageContactDeletionStatus is not allowed/,
  );
  expect(text).toMatch(
    /FAIL +rights +ListMessageContactVerifications is not allowed/,
  );
  expect(text).toMatch(/npm run policy/);
});

test("tells an endpoint where nothing listens from one that is not the vendor", async () => {
  const gone = { ...keys("good"), UPSTREAM_ENDPOINT: "http://127.0.0.1:9" };
  expect((await told(gone)).text).toMatch(
    /FAIL +endpoint +Nothing listens at the endpoint/,
  );
  const portal = await portalWith("<html>canary-secret-77aa</html>");
  const url = `http://127.0.0.1:${(portal.address() as AddressInfo).port}`;
  const { code, text } = await told({
    ...keys("good"),
    UPSTREAM_ENDPOINT: url,
  });
  await new Promise((resolve) => portal.close(resolve));
  expect(code).toBe(1);
  expect(text).toMatch(/FAIL +endpoint +What answers there is not the vendor/);
  expect(text).toMatch(/WARN +clock +The clocks differ by \d+ s/);
});

test("tells a Redis that does not answer", async () => {
  const { code, text } = await told({
    ...keys("good"),
    REDIS_URL: `redis://user:${SECRET}@127.0.0.1:9`,
  });
  expect(code).toBe(1);
  expect(text).toMatch(/FAIL +state +Redis does not answer/);
});

test("is content with a key that may read, and sends no change", async () => {
  const { code, text } = await told(keys("good"));
  expect([code, text]).toEqual([0, expect.stringContaining("can start")]);
  const actions = emulator.control.calls().map(({ action }) => action);
  expect(actions.filter((one) => !/^(?:Get|List)/.test(one ?? ""))).toEqual([]);
});

test("looks at the embedded emulator when no endpoint is configured", async () => {
  const { code, text } = await told({});
  expect(code).toBe(0);
  expect(text).toMatch(/ok +target +No endpoint is configured/);
});

/** Answers everything with a page, ten minutes late by its own clock. */
async function portalWith(page: string): Promise<Server> {
  const portal = createServer((_request, response) => {
    response.setHeader("date", new Date(Date.now() - 600_000).toUTCString());
    response.setHeader("connection", "close");
    response.end(page);
  });
  await new Promise<void>((resolve) => portal.listen(0, "127.0.0.1", resolve));
  return portal;
}
