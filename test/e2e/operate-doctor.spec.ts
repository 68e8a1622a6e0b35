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

/** Runs the doctor command and returns its exit code and output. */
async function runDoctor(
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

test("lists every problem of an invalid configuration and runs no other check", async () => {
  const { code, text } = await runDoctor({ PORT: "x", HOST: "0.0.0.0" });
  expect(code).toBe(1);
  expect(text).toMatch(/FAIL +configuration +PORT must be a port number/);
  expect(text).toMatch(/FAIL +configuration +HOST must be a loopback address/);
  expect(text).toMatch(/2 problems found/);
});

test("distinguishes an unknown AccessKey, a disabled one and a wrong secret", async () => {
  for (const [id, secret, line] of [
    ["nobody", SECRET, /FAIL +key +The AccessKey id does not exist/],
    ["off", SECRET, /FAIL +key +The AccessKey is disabled/],
    ["good", "canary-secret-77aaX", /FAIL +key +The signature is invalid/],
  ] as const) {
    const { code, text } = await runDoctor(keys(id, secret));
    expect([id, code]).toEqual([id, 1]);
    expect(text).toMatch(line);
  }
});

test("names each read action that the AccessKey has no permission for", async () => {
  const { code, text } = await runDoctor(keys("narrow"));
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

test("only warns when the AccessKey may not read the directory", async () => {
  emulator.control.putKey({
    accessKeyId: "contacts",
    accessKeySecret: SECRET,
    allowedActions: [
      "ListMessageContacts",
      "GetMessageContact",
      "GetMessageContactDeletionStatus",
      "ListMessageContactVerifications",
      "GetFolder",
    ],
  });
  const { code, text } = await runDoctor(keys("contacts"));
  expect(code).toBe(0);
  expect(text).toMatch(/ok +rights +GetFolder is allowed/);
  for (const action of [
    "GetResourceDirectory",
    "ListAccounts",
    "ListFoldersForParent",
  ]) {
    expect(text).toMatch(
      new RegExp(`WARN +rights +${action} is not allowed.*directory:read`),
    );
  }
});

test("distinguishes a refused connection from a response that is not the vendor's", async () => {
  const unreachable = {
    ...keys("good"),
    UPSTREAM_ENDPOINT: "http://127.0.0.1:9",
  };
  expect((await runDoctor(unreachable)).text).toMatch(
    /FAIL +endpoint +The endpoint refused the connection/,
  );
  const portal = await portalWith("<html>canary-secret-77aa</html>");
  const url = `http://127.0.0.1:${(portal.address() as AddressInfo).port}`;
  const { code, text } = await runDoctor({
    ...keys("good"),
    UPSTREAM_ENDPOINT: url,
  });
  await new Promise((resolve) => portal.close(resolve));
  expect(code).toBe(1);
  expect(text).toMatch(/FAIL +endpoint +The response is not from the vendor/);
  expect(text).toMatch(
    /WARN +clock +The clock of this machine is \d+ s ahead of the vendor/,
  );
});

test("reports an unreachable Redis", async () => {
  const { code, text } = await runDoctor({
    ...keys("good"),
    REDIS_URL: `redis://user:${SECRET}@127.0.0.1:9`,
  });
  expect(code).toBe(1);
  expect(text).toMatch(/FAIL +state +Redis is unreachable/);
});

test("succeeds with an AccessKey that may read, and sends no change", async () => {
  const { code, text } = await runDoctor(keys("good"));
  expect([code, text]).toEqual([0, expect.stringContaining("can start")]);
  const actions = emulator.control.calls().map(({ action }) => action);
  expect(actions.filter((one) => !/^(?:Get|List)/.test(one ?? ""))).toEqual([]);
});

test("checks the embedded emulator when no endpoint is configured", async () => {
  const { code, text } = await runDoctor({});
  expect(code).toBe(0);
  expect(text).toMatch(/ok +target +No endpoint is configured/);
});

/** A server that responds to every request with a page and a date ten minutes in the past. */
async function portalWith(page: string): Promise<Server> {
  const portal = createServer((_request, response) => {
    response.setHeader("date", new Date(Date.now() - 600_000).toUTCString());
    response.setHeader("connection", "close");
    response.end(page);
  });
  await new Promise<void>((resolve) => portal.listen(0, "127.0.0.1", resolve));
  return portal;
}
