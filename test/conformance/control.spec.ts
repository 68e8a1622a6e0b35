import { describe, expect, it } from "@jest/globals";
import { call, callV1, control, send } from "../support/emulator-client.js";
import {
  BEN,
  NEW_CONTACT,
  TOM,
  withEmulator,
} from "../support/emulator-fixture.js";

const total = async (url: string) =>
  (await call(url, "ListMessageContacts")).json["TotalCount"];

describe("the control API", () => {
  it("lists its routes, settings and fault effects", async () => {
    await withEmulator({}, async ({ url }) => {
      const { json } = await control(url, "GET", "");
      const routes = json["routes"] as { method: string; path: string }[];
      expect(routes.map(({ method, path }) => `${method} ${path}`)).toEqual([
        "GET /_emulator",
        "GET /_emulator/openapi.json",
        "POST /_emulator/reset",
        "POST /_emulator/seed",
        "GET /_emulator/snapshot",
        "POST /_emulator/snapshot",
        "GET /_emulator/settings",
        "PATCH /_emulator/settings",
        "POST /_emulator/directory/changes",
        "POST /_emulator/directory/size",
        "POST /_emulator/verifications/confirm",
        "POST /_emulator/verifications/expire",
        "GET /_emulator/outbox",
        "DELETE /_emulator/outbox",
        "GET /_emulator/clock",
        "POST /_emulator/clock/advance",
        "GET /_emulator/faults",
        "POST /_emulator/faults",
        "DELETE /_emulator/faults",
        "GET /_emulator/keys",
        "POST /_emulator/keys",
        "POST /_emulator/sts/expire",
        "POST /_emulator/deletions/fail",
        "GET /_emulator/calls",
        "DELETE /_emulator/calls",
      ]);
      const settings = json["settings"] as { name: string; current: unknown }[];
      const { json: current } = await control(url, "GET", "/settings");
      expect(
        Object.fromEntries(
          settings.map(({ name, current: value }) => [name, value]),
        ),
      ).toEqual(current);
      expect(json["faultEffects"]).toHaveLength(25);
    });
  });

  it.each([
    ["GET", "/nowhere", undefined, 404],
    ["GET", "/settings/more", undefined, 404],
    ["PUT", "/settings", {}, 405],
    ["GET", "/reset", undefined, 405],
    ["POST", "/faults", "{", 400],
    ["POST", "/faults", { effect: "xml", when: "before" }, 400],
    ["PATCH", "/settings", { nothing: 1 }, 400],
    ["PATCH", "/settings", undefined, 400],
    ["POST", "/clock/advance", { ms: -1 }, 400],
    ["POST", "/seed", { seed: "other" }, 400],
    ["POST", "/verifications/confirm", { contactId: TOM, target: "x" }, 400],
    ["POST", "/verifications/confirm", { code: "000000" }, 400],
    ["DELETE", "/faults?faultId=x", undefined, 400],
    ["DELETE", "/faults?faultid=1", undefined, 400],
  ])(
    "responds to %s %s with the body %j: status %i and an error message",
    async (method, path, body, status) => {
      await withEmulator({}, async ({ url }) => {
        const answer = await control(url, method, path, body);
        expect(answer.status).toBe(status);
        expect(answer.json).toEqual({ error: expect.any(String) });
        if (status === 405) expect(answer.headers.allow).toBeDefined();
      });
    },
  );

  it.each([
    ["POST", "/reset", { origin: "http://evil.example" }],
    ["POST", "/ui/reset", { origin: "null" }],
    ["GET", "/ui", { host: "evil.example" }],
    ["GET", "/snapshot", { "sec-fetch-site": "cross-site" }],
    ["GET", "/nowhere", { host: "evil.example" }],
  ])(
    "rejects a web site's %s %s with the headers %j",
    async (method, path, headers) => {
      await withEmulator({}, async ({ url, control: own }) => {
        own.advanceClock(1_000);
        const sent = await send(url, method, `/_emulator${path}`, "", {
          headers,
        });
        expect(sent.status).toBe(403);
        expect(JSON.parse(sent.text)).toEqual({ error: expect.any(String) });
        expect(own.clock().offsetMs).toBe(1_000);
      });
    },
  );

  it("accepts the host names of the option `names`", async () => {
    const getClock = (url: string, host: string) =>
      send(url, "GET", "/_emulator/clock", "", { headers: { host } });
    await withEmulator({ names: ["emulator"] }, async ({ url }) => {
      expect((await getClock(url, "emulator:4010")).status).toBe(200);
      expect((await getClock(url, "other:4010")).status).toBe(403);
    });
  });

  it("has a page whose forms redirect back to it", async () => {
    await withEmulator({}, async ({ url, control: own }) => {
      const page = await send(url, "GET", "/_emulator/ui", "");
      expect(page.headers["content-security-policy"]).toContain(
        "default-src 'none'; script-src 'self'",
      );
      const submit = (action: string, fields: string) =>
        send(url, "POST", `/_emulator/ui/${action}`, fields);
      const done = await submit("advance", "ms=1000");
      expect([done.status, done.headers.location]).toEqual([
        303,
        // Relative to the action, so that a proxy may remove a prefix.
        "../ui",
      ]);
      expect(own.clock().offsetMs).toBe(1_000);
      for (const [action, fields, reason] of [
        ["advance", "ms=x", "ms must be an integer"],
        ["advance", "", "ms must be a non-empty string"],
        ["seed", "seed=other", "seed must be one of"],
        ["add-fault", "fault=constructor&operation=*", "fault must be one of"],
        ["add-fault", "fault=down&operation=x", "operation must be one of"],
        ["confirm", "contactId=a&target=b", "no such verification"],
      ] as const) {
        const rejected = await submit(action, fields);
        expect([rejected.status, rejected.text]).toEqual([
          400,
          expect.stringContaining(reason),
        ]);
      }
      expect((await send(url, "GET", "/_emulator/ui/reset", "")).status).toBe(
        405,
      );
      expect((await submit("constructor", "")).status).toBe(404);
      expect((await submit("", "")).status).toBe(405);
    });
  });

  it("responds with 413 to a body of more than 4 MiB", async () => {
    await withEmulator({}, async ({ url }) => {
      const long = `"${"a".repeat(4 * 1024 * 1024)}"`;
      expect((await control(url, "POST", "/seed", long)).status).toBe(413);
    });
  });

  it("is separate from the vendor's API and records no call", async () => {
    await withEmulator({}, async ({ url, control: own }) => {
      expect((await send(url, "GET", "/_emulatorx", "")).text).toContain(
        "InvalidAction.NotFound",
      );
      await control(url, "GET", "/clock");
      expect(own.calls()).toHaveLength(1);
    });
  });

  it("loads a seed, takes a snapshot and restores it", async () => {
    await withEmulator({}, async ({ url }) => {
      await control(url, "POST", "/seed", { seed: "empty" });
      await call(url, "AddMessageContact", NEW_CONTACT);
      await control(url, "POST", "/clock/advance", { ms: 60_000 });
      const { json: taken } = await control(url, "GET", "/snapshot");
      await control(url, "POST", "/reset");
      expect(await total(url)).toBe(12);
      const { status } = await control(url, "POST", "/snapshot", taken);
      expect(status).toBe(200);
      expect(await total(url)).toBe(1);
      const { json: again } = await control(url, "GET", "/snapshot");
      expect(again).toEqual(taken);
    });
  });

  it("accepts a complete seed", async () => {
    await withEmulator({}, async ({ url }) => {
      const { json } = await control(url, "GET", "/snapshot");
      const { directory } = json["seed"] as { directory: object };
      await control(url, "POST", "/seed", {
        seed: { directory, contacts: [] },
      });
      expect(await total(url)).toBe(0);
    });
  });

  it("confirms a verification by the code of its message", async () => {
    await withEmulator({}, async ({ url }) => {
      await call(url, "SendEmailVerificationForMessageContact", {
        ContactId: BEN,
        EmailAddress: "ben@example.com",
      });
      const { json } = await control(url, "GET", "/outbox");
      const [message] = json["messages"] as { code: string; text: string }[];
      expect(message?.text).toContain(message?.code);
      const choice = { code: message?.code };
      await control(url, "POST", "/verifications/confirm", choice);
      expect(
        (await call(url, "ListMessageContactVerifications", { ContactId: BEN }))
          .json["TotalCount"],
      ).toBe(1);
      await control(url, "DELETE", "/outbox");
      expect((await control(url, "GET", "/outbox")).json).toEqual({
        messages: [],
      });
    });
  });

  it("expires a verification", async () => {
    await withEmulator({}, async ({ url }) => {
      await control(url, "POST", "/verifications/expire", {
        contactId: BEN,
        target: "86-13900000005",
      });
      const { json } = await call(url, "ListMessageContactVerifications", {
        ContactId: BEN,
      });
      expect(json["TotalCount"]).toBe(1);
    });
  });

  it("adds, lists and removes faults", async () => {
    await withEmulator({}, async ({ url }) => {
      const fault = { effect: "html", times: null };
      const { json } = await control(url, "POST", "/faults", fault);
      expect(json).toMatchObject({ faultId: 1, when: "before", times: null });
      await control(url, "POST", "/faults", { effect: "empty" });
      expect((await callV1(url, "ListMessageContacts", {})).status).toBe(502);
      await control(url, "DELETE", "/faults?faultId=1");
      expect((await control(url, "GET", "/faults")).json).toMatchObject({
        faults: [{ effect: "empty", met: 0 }],
      });
      await control(url, "DELETE", "/faults");
      expect(await total(url)).toBe(12);
    });
  });

  it("adds keys, hides secrets and expires temporary keys", async () => {
    await withEmulator({}, async ({ url }) => {
      const added = await control(url, "POST", "/keys", {
        accessKeyId: "STS.new",
        accessKeySecret: "planted-secret",
        securityToken: "planted-token",
        allowedActions: ["GetMessageContact"],
      });
      expect(added.text).not.toContain("planted");
      expect(added.json["keys"]).toContainEqual({
        accessKeyId: "STS.new",
        allowedActions: ["GetMessageContact"],
        isActive: true,
        isTemporary: true,
        expiresAt: null,
      });
      const key = {
        id: "STS.new",
        secret: "planted-secret",
        securityToken: "planted-token",
      };
      const get = () =>
        call(url, "GetMessageContact", { ContactId: TOM }, { key });
      expect((await get()).status).toBe(200);
      const ended = await control(url, "POST", "/sts/expire", {
        accessKeyId: "STS.new",
      });
      expect(ended.json).toEqual({ expired: 1 });
      expect((await get()).json["Code"]).toBe("InvalidSecurityToken.Expired");
      expect((await control(url, "POST", "/sts/expire")).json).toEqual({
        expired: 2,
      });
      const calls = await control(url, "GET", "/calls");
      expect(calls.text).not.toContain("planted");
      expect(calls.text).not.toContain('"Signature"');
    });
  });

  it("makes an asynchronous deletion fail", async () => {
    await withEmulator({}, async ({ url }) => {
      const failures = [
        { AccountId: "1997968394350002", MessageTypes: ["AccountExpenses"] },
      ];
      await control(url, "POST", "/deletions/fail", {
        contactId: TOM,
        failures,
      });
      await call(url, "DeleteMessageContact", {
        ContactId: TOM,
        RetainContactInMembers: false,
      });
      await control(url, "POST", "/clock/advance", { ms: 10_000 });
      const { json } = await call(url, "GetMessageContactDeletionStatus", {
        ContactId: TOM,
      });
      expect(json["ContactDeletionStatus"]).toMatchObject({
        Status: "Failed",
        FailReasonList: failures,
      });
    });
  });

  it("records each call with its result and number of changes", async () => {
    await withEmulator({ seed: "empty" }, async ({ url }) => {
      await call(url, "AddMessageContact", NEW_CONTACT);
      await call(url, "AddMessageContact", NEW_CONTACT);
      await callV1(url, "ListMessageContacts", {}, { signature: () => "x" });
      const { json } = await control(url, "GET", "/calls");
      expect(json["calls"]).toMatchObject([
        {
          callId: 1,
          action: "AddMessageContact",
          accessKeyId: "testid",
          method: "POST",
          verdict: "ok",
          executed: true,
          effects: 1,
          fault: null,
          params: { Name: "neo", "MessageTypes.2": "FaultMessage" },
        },
        {
          callId: 2,
          verdict: "InvalidParameter.Name.AlreadyUsed",
          executed: false,
          effects: 0,
        },
        { callId: 3, verdict: "SignatureDoesNotMatch", executed: false },
      ]);
      await control(url, "DELETE", "/calls");
      expect((await control(url, "GET", "/calls")).json).toEqual({ calls: [] });
    });
  });

  it("restores the initial state on reset", async () => {
    await withEmulator(
      { seed: "empty", settings: { contactsPerDirectory: 1 } },
      async ({ url, control: own }) => {
        await call(url, "AddMessageContact", NEW_CONTACT);
        own.changeSettings({ contactsPerDirectory: 2, hostId: "elsewhere" });
        own.putKey({ accessKeyId: "more", accessKeySecret: "s" });
        own.addFault({ effect: "hang", times: null });
        own.advanceClock(1_000);
        await control(url, "POST", "/reset");
        expect(own.settings()).toMatchObject({
          contactsPerDirectory: 1,
          hostId: "resourcedirectory.aliyuncs.com",
        });
        expect(own.keys().map(({ accessKeyId }) => accessKeyId)).toEqual([
          "testid",
          "STS.testid",
        ]);
        expect(own.faults()).toEqual([]);
        expect(own.calls()).toEqual([]);
        expect(own.clock().offsetMs).toBe(0);
        expect(await total(url)).toBe(0);
      },
    );
  });
});
