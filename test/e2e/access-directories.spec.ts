import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { readConfig } from "../../src/config/read-config.js";
import { SCOPES } from "../../src/context/caller.js";
import {
  startEmulator,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import { startGateway, type Gateway } from "../../src/gateway.js";
import {
  CONTACT_OPERATIONS,
  type ContactOperation,
} from "../../src/upstream/operations.js";
import { APIS, type Api, type Input } from "../support/apis.js";
import { TOM } from "../support/emulator-fixture.js";
import { bearer, keysFor, newFolder } from "../support/signed-in.js";

const ALIASES = ["main", "china"] as const;
type Alias = (typeof ALIASES)[number];

const folder = newFolder();
const { file, keys } = keysFor({
  "of-main": { scopes: SCOPES, directories: ["main"] },
  "of-china": { scopes: SCOPES, directories: ["china"] },
  "of-both": { scopes: SCOPES, directories: ["main", "china"] },
  "of-none": { scopes: SCOPES, directories: [] },
});
let emulators: Record<Alias, RunningEmulator>;
let gateway: Gateway;

beforeAll(async () => {
  emulators = {
    main: await startEmulator({ seed: "sample" }),
    china: await startEmulator({ seed: "sample" }),
  };
  const keyed = (alias: Alias) => ({
    endpoint: emulators[alias].url,
    credentials: { accessKeyId: "KEY_ID", accessKeySecret: "KEY_SECRET" },
  });
  gateway = await startGateway(
    readConfig({
      PORT: "0",
      OPS_PORT: "0",
      LOG_LEVEL: "silent",
      AUDIT_LOG: "none",
      READ_CACHE_MS: "0",
      KEY_ID: "testid",
      KEY_SECRET: "testsecret",
      API_KEYS_FILE: folder.write("keys.json", file),
      DIRECTORIES_FILE: folder.write("directories.json", {
        directories: { main: keyed("main"), china: keyed("china") },
      }),
    }),
  );
});

afterAll(async () => {
  await gateway.close();
  for (const alias of ALIASES) await emulators[alias].stop();
  folder.remove();
});

function call(
  api: Api,
  caller: keyof typeof keys,
  operation: ContactOperation,
  input: Input,
  directory?: string,
  headers: Readonly<Record<string, string>> = {},
) {
  return api.call(gateway.url, operation, input, {
    ...bearer(keys[caller]),
    ...(directory === undefined ? {} : { "x-resource-directory": directory }),
    ...headers,
  });
}

const clearCalls = (): void =>
  ALIASES.forEach((alias) => emulators[alias].control.clearCalls());
const calls = (): number[] =>
  ALIASES.map((alias) => emulators[alias].control.calls().length);

describe.each(APIS)("directories over $name", (api) => {
  it("refuse every operation of other callers without an upstream call", async () => {
    clearCalls();
    for (const operation of CONTACT_OPERATIONS) {
      const foreign = await call(api, "of-main", operation, {}, "china");
      const unknown = await call(api, "of-main", operation, {}, "nowhere");
      const none = await call(api, "of-none", operation, {});
      for (const { status, code } of [foreign, unknown, none]) {
        expect({ status, code }).toEqual({ status: 403, code: "FORBIDDEN" });
      }
      const strip = (body: unknown): string =>
        JSON.stringify(body).replace(/[0-9a-f-]{36}/g, "");
      expect(strip(foreign.body)).toBe(strip(unknown.body));
    }
    expect(calls()).toEqual([0, 0]);
  });

  it("default to the caller's only directory, otherwise are selected by header", async () => {
    clearCalls();
    await call(api, "of-main", "getMessageContact", { contactId: TOM });
    expect(calls()).toEqual([1, 0]);
    await call(api, "of-china", "getMessageContact", { contactId: TOM });
    expect(calls()).toEqual([1, 1]);
    const choice = { contactId: TOM };
    await call(api, "of-both", "getMessageContact", choice, "china");
    expect(calls()).toEqual([1, 2]);
    const open = await call(api, "of-both", "getMessageContact", choice);
    expect(open).toMatchObject({ status: 400, code: "BAD_REQUEST" });
    expect(calls()).toEqual([1, 2]);
  });

  it("share no coalesced read, deletion or idempotency key", async () => {
    const contactId = api.name === "rest" ? "c-W8rT2yXn5KpVb0Qa" : TOM;
    const both = await Promise.all(
      ALIASES.map((alias) =>
        call(api, "of-both", "getMessageContact", { contactId }, alias),
      ),
    );
    expect(both.map(({ code }) => code)).toEqual(["OK", "OK"]);
    clearCalls();
    const key = { "idempotency-key": `same-${api.name}` };
    const remove = (alias: Alias) =>
      call(api, "of-both", "deleteMessageContact", { contactId }, alias, key);
    expect((await remove("main")).code).toBe("OK");
    const elsewhere = await call(
      api,
      "of-both",
      "getMessageContactDeletionStatus",
      { contactId },
      "china",
    );
    expect(elsewhere.data).toMatchObject({ state: "UNKNOWN" });
    expect(calls()[1]).toBeGreaterThan(0);
    expect((await remove("china")).headers.get("idempotent-replayed")).toBe(
      null,
    );
    expect(
      emulators.china.control.calls().map(({ action }) => action),
    ).toContain("DeleteMessageContact");
  });
});
