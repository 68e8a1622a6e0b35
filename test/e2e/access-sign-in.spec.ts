import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { newKey } from "../../src/access/authenticator.js";
import { APIS } from "../support/apis.js";
import { BEN, MARTA, TOM } from "../support/emulator-fixture.js";
import { startBoth, type Running } from "../support/running.js";
import {
  bearer,
  keysFor,
  newFolder,
  TestIssuer,
} from "../support/signed-in.js";

const folder = newFolder();
const { file, keys } = keysFor({
  reader: { scopes: ["contacts:read"] },
  insider: { scopes: ["contacts:read", "contacts:read-personal"] },
  writer: { scopes: ["contacts:write"] },
  editor: { scopes: ["contacts:read", "contacts:write"] },
  verifier: { scopes: ["contacts:verify"] },
});
let issuer: TestIssuer;
let running: Running;

beforeAll(async () => {
  issuer = await TestIssuer.start();
  running = await startBoth(
    { seed: "sample" },
    {
      ...issuer.environment,
      API_KEYS_FILE: folder.write("keys.json", file),
      AUDIT_LOG: "none",
      CORS_ORIGINS: "https://console.example.com",
    },
  );
});

afterAll(async () => {
  await running.stop();
  await issuer.stop();
  folder.remove();
});

const upstreamCalls = (): number => running.emulator.control.calls().length;

describe.each(APIS)("authentication over $name", (api) => {
  const read = (headers: Readonly<Record<string, string>>) =>
    api.call(
      running.gateway.url,
      "getMessageContact",
      { contactId: TOM },
      headers,
    );

  it("accepts an API key in either header and an access token", async () => {
    for (const headers of [
      bearer(keys.reader),
      { "x-api-key": keys.reader },
      bearer(await issuer.token()),
    ]) {
      expect(await read(headers)).toMatchObject({ status: 200, code: "OK" });
    }
  });

  it("returns 401 for any other credential, without an upstream call", async () => {
    running.emulator.control.clearCalls();
    const wrong: Readonly<Record<string, string>>[] = [
      {},
      bearer(newKey()),
      bearer("a.b.c"),
      { authorization: `Basic ${btoa("a:b")}` },
      { "x-api-key": keys.reader, ...bearer(keys.reader) },
      { "x-api-key": keys.reader, ...bearer(await issuer.token()) },
      { cookie: `authorization=Bearer ${keys.reader}` },
      bearer(await issuer.token({ aud: "other" })),
    ];
    for (const headers of wrong) {
      const answer = await read(headers);
      expect(answer).toMatchObject({ status: 401, code: "UNAUTHENTICATED" });
      expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer /);
    }
    expect(upstreamCalls()).toBe(0);
  });

  it("masks e-mail addresses and phone numbers without contacts:read-personal", async () => {
    const one = (await read(bearer(keys.reader))).data;
    expect(one).toMatchObject({
      name: "tom",
      emailAddress: "t***@example.com",
      phoneNumber: "86-139****1234",
    });
    const { url } = running.gateway;
    const list = await api.call(
      url,
      "listMessageContacts",
      { pageSize: 100 },
      bearer(keys.reader),
    );
    const pending = await api.call(
      url,
      "listMessageContactVerifications",
      { contactId: BEN },
      bearer(keys.reader),
    );
    const text = JSON.stringify([list.body, pending.body]);
    expect(text).toMatch(/\*\*\*@example\.com/);
    expect(text).not.toMatch(/[\w.]{2,}@example\.com|\d{2}-\d{11}/);
  });

  it("shows personal data with contacts:read-personal", async () => {
    expect((await read(bearer(keys.insider))).data).toMatchObject({
      emailAddress: "tom@example.com",
      phoneNumber: "86-13900001234",
    });
  });

  it("lets a caller that reads masked values update, but rejects a mask as input", async () => {
    const change = (input: object) =>
      api.call(
        running.gateway.url,
        "updateMessageContact",
        { contactId: TOM, ...input },
        bearer(keys.editor),
      );
    expect(await change({ title: "OTHER" })).toMatchObject({ code: "OK" });
    const back = await change({ emailAddress: "t***@example.com" });
    expect(back.code).toBe("INVALID_INPUT");
    expect(back.errors[0]).toMatchObject({
      field: ["emailAddress"],
      rule: "format",
    });
  });

  it("masks the offending value of an error", async () => {
    const answer = await api.call(
      running.gateway.url,
      "sendEmailVerificationForMessageContact",
      { contactId: TOM, emailAddress: "nobody.pending@example.com" },
      bearer(keys.verifier),
    );
    expect(answer.code).toBe("VERIFICATION_NOT_PENDING");
    expect(JSON.stringify(answer.body)).not.toContain("nobody.pending");
  });
});

describe("the key file", () => {
  it("is reloaded when it changes: the new key is accepted, the old one refused", async () => {
    const rotated = keysFor({ rotated: { scopes: ["contacts:read"] } });
    const path = folder.write("rotating.json", { keys: [] });
    const other = await startBoth(
      { seed: "sample" },
      {
        API_KEYS_FILE: path,
        AUDIT_LOG: "none",
        // Refusals before the file is reloaded would exhaust the limit.
        RATE_LIMIT_PER_ADDRESS_PER_MINUTE: "0",
      },
    );
    const status = async (): Promise<number> => {
      const response = await fetch(
        `${other.gateway.url}/v1/message-contacts/${TOM}`,
        { headers: bearer(rotated.keys.rotated) },
      );
      await response.text();
      return response.status;
    };
    try {
      expect(await status()).toBe(401);
      folder.write("rotating.json", rotated.file);
      while ((await status()) !== 200);
      folder.write("rotating.json", { keys: [] });
      while ((await status()) !== 401);
    } finally {
      await other.stop();
    }
  });
});

describe("nested fields", () => {
  const ask = async (query: string, key: string) => {
    const response = await fetch(`${running.gateway.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", ...bearer(key) },
      body: JSON.stringify({ query }),
    });
    return (await response.json()) as {
      data: Record<string, Record<string, unknown> | null> | null;
      errors?: { path: string[]; extensions: { code: string } }[];
    };
  };

  it("are masked too", async () => {
    const { data } = await ask(
      `{ messageContact(id: "${MARTA}") { pendingVerifications { target } } }`,
      keys.reader,
    );
    expect(JSON.stringify(data)).toContain("m***@example.com");
  });

  it("of a payload are refused without contacts:read, and the change is kept", async () => {
    running.emulator.control.clearCalls();
    for (const field of [
      "name",
      "pendingVerifications { target }",
      "deletion { state }",
    ]) {
      const { data, errors } = await ask(
        `mutation { updateMessageContact(input: { contactId: "${TOM}", title: CEO }) { contact { id ${field} } errors { code } } }`,
        keys.writer,
      );
      expect(data?.["updateMessageContact"]).toMatchObject({ errors: [] });
      expect(errors?.[0]?.extensions.code).toBe("FORBIDDEN");
      expect(errors?.[0]?.path.slice(0, 2)).toEqual([
        "updateMessageContact",
        "contact",
      ]);
    }
    const actions = running.emulator.control
      .calls()
      .map(({ action }) => action);
    expect(new Set(actions)).toEqual(new Set(["UpdateMessageContact"]));
  });

  it("ignores Prefer: return=representation without contacts:read", async () => {
    running.emulator.control.clearCalls();
    const response = await fetch(
      `${running.gateway.url}/v1/message-contacts/${TOM}`,
      {
        method: "PATCH",
        headers: {
          "content-type": "application/json",
          prefer: "return=representation",
          ...bearer(keys.writer),
        },
        body: '{"title":"CEO"}',
      },
    );
    expect(await response.json()).toEqual({ id: TOM });
    expect(response.headers.has("preference-applied")).toBe(false);
    expect(upstreamCalls()).toBe(1);
  });
});

describe("pages", () => {
  const get = (path: string, init: RequestInit = {}) =>
    fetch(`${running.gateway.url}${path}`, init);

  it("are public if they contain no data; everything else requires a credential", async () => {
    for (const path of ["/", "/errors", "/openapi.json", "/schema.graphql"]) {
      expect((await get(path)).status).toBe(200);
    }
    for (const path of [
      "/v1/message-contacts",
      "/nothing",
      "/openapi.json/../v1/message-contacts",
      "/v1/message-contacts/",
      "/v1//message-contacts",
      "/%76%31/message-contacts",
      "/docs/../v1/message-contacts",
      "/docs/%2e%2e/v1/message-contacts",
    ]) {
      expect((await get(path)).status).toBe(401);
    }
    expect((await get("/v1/message-contacts", { method: "PUT" })).status).toBe(
      401,
    );
  });

  it("of allowed origins may call; all others are refused", async () => {
    const origin = "https://console.example.com";
    const asked = {
      origin,
      "access-control-request-method": "PATCH",
      "access-control-request-headers": "authorization,content-type",
    };
    const path = `/v1/message-contacts/${TOM}`;
    const preflight = await get(path, { method: "OPTIONS", headers: asked });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe(origin);
    const used = await get(path, {
      headers: { origin, ...bearer(keys.reader) },
    });
    expect(used.status).toBe(200);
    expect(used.headers.get("access-control-allow-origin")).toBe(origin);
    expect(used.headers.get("vary")).toContain("origin");
    const foreign = await get(path, {
      headers: { origin: "https://evil.example", ...bearer(keys.reader) },
    });
    expect(foreign.status).toBe(403);
    expect(foreign.headers.has("access-control-allow-origin")).toBe(false);
  });
});
