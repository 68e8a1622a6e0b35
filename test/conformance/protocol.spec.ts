import { describe, expect, it } from "@jest/globals";
import {
  startEmulator,
  type EmulatorOptions,
  type RunningEmulator,
} from "../../src/emulator/emulator.server.js";
import {
  call,
  callV1,
  callV3,
  freshNonce,
  send,
  type CallOptions,
  type V3Options,
} from "../support/emulator-client.js";
import {
  ManualClock,
  NEW_CONTACT,
  TOM,
  withEmulator,
} from "../support/emulator-fixture.js";

const MINUTE_MS = 60_000;
const GET_TOM = { ContactId: TOM };

/** Runs a test with a manual clock. */
async function onManualClock(
  options: EmulatorOptions,
  run: (
    emulator: RunningEmulator,
    clock: ManualClock,
    code: (more?: CallOptions) => Promise<unknown>,
  ) => Promise<void>,
): Promise<void> {
  const clock = new ManualClock();
  await withEmulator({ ...options, clock }, (emulator) =>
    run(emulator, clock, async (more) => {
      const options = { at: clock.now(), ...more };
      const params = { ContactId: TOM };
      const { json } = await call(
        emulator.url,
        "GetMessageContact",
        params,
        options,
      );
      return json["Code"] ?? "ok";
    }),
  );
}

describe("timestamps", () => {
  it.each([
    [15 * MINUTE_MS, "ok"],
    [-15 * MINUTE_MS, "ok"],
    [15 * MINUTE_MS + 1_000, "InvalidTimeStamp.Expired"],
    [-15 * MINUTE_MS - 1_000, "InvalidTimeStamp.Expired"],
  ])("that differ by %i ms result in %s", async (offMs, expected) => {
    await onManualClock({}, async (_emulator, clock, code) => {
      expect(await code({ at: clock.now() + offMs })).toBe(expected);
    });
  });

  it.each([
    "2024-01-02T03:04:05.000Z",
    "2024-01-02T03:04:05+08:00",
    "2024-13-40T99:99:99Z",
    "Tue, 02 Jan 2024 03:04:05 GMT",
    "1704164645",
  ])("of the form %s are rejected", async (Timestamp) => {
    await onManualClock({}, async (_emulator, _clock, code) => {
      expect(await code({ common: { Timestamp } })).toBe(
        "InvalidTimeStamp.Format",
      );
    });
  });

  it("are mandatory", async () => {
    await onManualClock({}, async (_emulator, _clock, code) => {
      expect(await code({ common: { Timestamp: undefined } })).toBe(
        "MissingTimestamp",
      );
    });
  });

  it("are compared with the emulator's clock, which the Date header contains", async () => {
    await onManualClock({}, async ({ url, control }, clock, code) => {
      control.advanceClock(20 * MINUTE_MS);
      const at = clock.now();
      const late = await call(url, "GetMessageContact", GET_TOM, { at });
      expect(late.json["Code"]).toBe("InvalidTimeStamp.Expired");
      const serverTime = Date.parse(late.headers.date ?? "");
      expect(serverTime).toBe(at + 20 * MINUTE_MS);
      expect(await code({ at: serverTime })).toBe("ok");
    });
  });

  it("are compared with the source clock when `timestampClock` is `source`", async () => {
    await onManualClock(
      { settings: { timestampClock: "source" } },
      async ({ control }, _clock, code) => {
        control.advanceClock(365 * 24 * 60 * MINUTE_MS);
        expect(await code()).toBe("ok");
      },
    );
  });
});

describe("nonces", () => {
  it("are valid once across all keys and actions", async () => {
    await onManualClock({}, async ({ url }, clock, code) => {
      const common = { SignatureNonce: freshNonce() };
      expect(await code({ common })).toBe("ok");
      expect(await code({ common })).toBe("SignatureNonceUsed");
      const key = {
        id: "STS.testid",
        secret: "testsecret",
        securityToken: "tok+/=",
      };
      const options = { at: clock.now(), common, key };
      const { json } = await call(url, "ListMessageContacts", {}, options);
      expect(json["Code"]).toBe("SignatureNonceUsed");
    });
  });

  it("are not consumed by a call with a wrong signature", async () => {
    await onManualClock({}, async (_emulator, _clock, code) => {
      const common = { SignatureNonce: freshNonce() };
      expect(await code({ common, signature: () => "wrong" })).toBe(
        "SignatureDoesNotMatch",
      );
      expect(await code({ common })).toBe("ok");
    });
  });

  it("become valid again when all timestamps that allow a replay have expired", async () => {
    await onManualClock({}, async (_emulator, clock, code) => {
      const common = { SignatureNonce: freshNonce() };
      await code({ common });
      clock.advance(30 * MINUTE_MS - 1_000);
      expect(await code({ common })).toBe("SignatureNonceUsed");
      clock.advance(1_000);
      expect(await code({ common })).toBe("ok");
    });
  });
});

describe("signature version 1", () => {
  it.each<[string, CallOptions, string]>([
    [
      "no method",
      { common: { SignatureMethod: undefined } },
      "IncompleteSignature",
    ],
    [
      "no version",
      { common: { SignatureVersion: undefined } },
      "IncompleteSignature",
    ],
    [
      "version 2.0",
      { common: { SignatureVersion: "2.0" } },
      "IncompleteSignature",
    ],
    [
      "no nonce",
      { common: { SignatureNonce: undefined } },
      "IncompleteSignature",
    ],
    ["no signature", { signature: () => undefined }, "IncompleteSignature"],
    [
      "HMAC-SHA256",
      { common: { SignatureMethod: "HMAC-SHA256" } },
      "InvalidSignatureMethod",
    ],
    [
      "another secret",
      { key: { id: "testid", secret: "x" } },
      "SignatureDoesNotMatch",
    ],
  ])("with %s is rejected", async (_what, options, expected) => {
    await onManualClock({}, async (_emulator, _clock, code) => {
      expect(await code(options)).toBe(expected);
    });
  });

  it("returns the server's string to sign on a mismatch", async () => {
    await onManualClock({}, async ({ url }, clock) => {
      const { json } = await call(url, "GetMessageContact", GET_TOM, {
        at: clock.now(),
        signature: () => "wrong",
      });
      expect(json["Message"]).toContain(
        "is:POST&%2F&AccessKeyId%3Dtestid%26Action%3DGetMessageContact",
      );
    });
  });

  it("includes the HTTP method", async () => {
    await onManualClock({}, async ({ url }, clock) => {
      const options: CallOptions = { at: clock.now(), method: "GET" };
      const { status } = await callV1(
        url,
        "GetMessageContact",
        GET_TOM,
        options,
      );
      expect(status).toBe(200);
    });
  });

  it("may be split over query and body", async () => {
    await onManualClock({}, async ({ url }, clock) => {
      const common = { Format: undefined };
      const { text } = await callV1(url, "GetMessageContact", GET_TOM, {
        at: clock.now(),
        common,
        path: "/?Format=XML",
      });
      expect(text).toContain("SignatureDoesNotMatch");
    });
  });

  it("returns the configured code on a mismatch", async () => {
    await onManualClock(
      { settings: { signatureMismatchCode: "IncompleteSignature" } },
      async (_emulator, _clock, code) => {
        expect(await code({ signature: () => "wrong" })).toBe(
          "IncompleteSignature",
        );
      },
    );
  });
});

describe("signature version 3", () => {
  it.each<[string, V3Options, string]>([
    ["nothing wrong", {}, "ok"],
    ["GET", { method: "GET" }, "ok"],
    ["an additional signed header", { acs: { "x-acs-more": "1" } }, "ok"],
    [
      "another secret",
      { key: { id: "testid", secret: "x" } },
      "SignatureDoesNotMatch",
    ],
    [
      "an unknown key",
      { key: { id: "x", secret: "x" } },
      "InvalidAccessKeyId.NotFound",
    ],
    ["no key", { key: { id: "", secret: "x" } }, "MissingAccessKeyId"],
    ["no date", { acs: { "x-acs-date": undefined } }, "MissingTimestamp"],
    ["a bad date", { acs: { "x-acs-date": "now" } }, "InvalidTimeStamp.Format"],
    [
      "no nonce",
      { acs: { "x-acs-signature-nonce": undefined } },
      "IncompleteSignature",
    ],
    ["no action", { acs: { "x-acs-action": undefined } }, "MissingAction"],
    ["no version", { acs: { "x-acs-version": undefined } }, "MissingVersion"],
    [
      "the hash of another body",
      { acs: { "x-acs-content-sha256": "00" } },
      "SignatureDoesNotMatch",
    ],
    [
      "an unsigned date",
      { signedHeaders: ["host", "x-acs-action"] },
      "IncompleteSignature",
    ],
    [
      "an incomplete Authorization header",
      { authorization: () => "ACS3-HMAC-SHA256 Credential=a" },
      "IncompleteSignature",
    ],
    [
      "another algorithm",
      { authorization: (right) => right.replace("SHA256", "SM3") },
      "InvalidSignatureMethod",
    ],
    [
      "no token",
      { key: { id: "STS.testid", secret: "testsecret" } },
      "MissingSecurityToken",
    ],
    [
      "a token",
      {
        key: {
          id: "STS.testid",
          secret: "testsecret",
          securityToken: "tok+/=",
        },
      },
      "ok",
    ],
  ])("with %s results in %s", async (_what, options, expected) => {
    await onManualClock({}, async ({ url }, clock) => {
      const { text } = await callV3(url, "GetMessageContact", GET_TOM, {
        at: clock.now(),
        ...options,
      });
      const body = JSON.parse(text) as Record<string, unknown>;
      expect(body["Code"] ?? "ok").toBe(expected);
    });
  });
});

describe("response formats", () => {
  it.each([
    [undefined, "text/xml;charset=utf-8"],
    ["XML", "text/xml;charset=utf-8"],
    ["xml", "text/xml;charset=utf-8"],
    ["JSON", "application/json;charset=utf-8"],
    ["json", "application/json;charset=utf-8"],
  ])("with Format %s have the media type %s", async (Format, contentType) => {
    await onManualClock({}, async ({ url }, clock) => {
      for (const ContactId of [TOM, "c-unknown"]) {
        const { headers, text } = await callV1(
          url,
          "GetMessageContact",
          { ContactId },
          { at: clock.now(), common: { Format } },
        );
        expect(headers["content-type"]).toBe(contentType);
        const root = ContactId === TOM ? "GetMessageContactResponse" : "Error";
        if (contentType.includes("xml")) expect(text).toContain(`<${root}>`);
        else expect(JSON.parse(text)).toHaveProperty("RequestId");
      }
    });
  });
});

describe("requests outside of the API", () => {
  it.each([
    ["PUT", "/?Format=JSON", 400, "UnsupportedHTTPMethod"],
    ["DELETE", "/?Format=JSON", 400, "UnsupportedHTTPMethod"],
    ["GET", "/other?Format=JSON", 404, "InvalidAction.NotFound"],
    ["GET", "/?Format=JSON", 400, "MissingVersion"],
    ["GET", "/?Format=JSON&Version=2022-04-19", 400, "MissingAction"],
    [
      "GET",
      "/?Format=JSON&Version=2022-04-19&Action=addMessageContact",
      404,
      "InvalidAction.NotFound",
    ],
    [
      "GET",
      "/?Format=JSON&Version=2022-04-19&Action=__proto__",
      404,
      "InvalidAction.NotFound",
    ],
    [
      "GET",
      "/?Format=JSON&Version=2022-04-19&Action=GetMessageContact",
      400,
      "MissingAccessKeyId",
    ],
    ["GET", "//x/?Format=JSON", 404, "InvalidAction.NotFound"],
    ["GET", "/?Format=JSON&%ff=%", 400, "MissingVersion"],
  ])("%s %s return %i %s", async (method, path, status, code) => {
    await withEmulator({}, async ({ url }) => {
      const answer = await send(url, method, path, "");
      expect(answer.status).toBe(status);
      expect(answer.text).toContain(`"Code":"${code}"`);
    });
  });

  it("return InvalidParameter for a body larger than 1 MiB", async () => {
    await withEmulator({}, async ({ url }) => {
      const answer = await send(
        url,
        "POST",
        "/?Format=JSON",
        `a=${"b".repeat(1024 * 1024)}`,
        { headers: { "content-type": "application/x-www-form-urlencoded" } },
      );
      expect(answer.text).toContain('"Code":"InvalidParameter"');
    });
  });
});

describe("access keys", () => {
  it("allow their listed actions and name the missing permission otherwise", async () => {
    await withEmulator(
      {
        keys: [
          {
            accessKeyId: "testid",
            accessKeySecret: "testsecret",
            allowedActions: ["GetMessageContact"],
          },
        ],
      },
      async ({ url }) => {
        expect((await call(url, "GetMessageContact", GET_TOM)).status).toBe(
          200,
        );
        const { status, json } = await call(
          url,
          "AddMessageContact",
          NEW_CONTACT,
        );
        expect(status).toBe(403);
        expect(json).toMatchObject({
          Code: "NoPermission",
          AccessDeniedDetail: {
            AuthAction: "resourcemanager:AddMessageContact",
            NoPermissionType: "ImplicitDeny",
          },
        });
      },
    );
  });

  it("of a session expire with it", async () => {
    await onManualClock({}, async ({ control }, clock, code) => {
      const key = { id: "STS.a", secret: "s", securityToken: "t" };
      control.putKey({
        accessKeyId: key.id,
        accessKeySecret: key.secret,
        securityToken: key.securityToken,
        expiresAt: clock.now() + 1_000,
      });
      expect(await code({ key })).toBe("ok");
      clock.advance(1_000);
      expect(await code({ key })).toBe("InvalidSecurityToken.Expired");
      const other = {
        id: "STS.testid",
        secret: "testsecret",
        securityToken: "tok+/=",
      };
      expect(await code({ key: other })).toBe("ok");
      expect(control.expireSts()).toBe(2);
      expect(await code({ key: other })).toBe("InvalidSecurityToken.Expired");
    });
  });
});

describe("the order of checks", () => {
  const unknownKey = { AccessKeyId: "nobody" };
  const oldStamp = { Timestamp: "2000-01-01T00:00:00Z" };

  it.each<[string, CallOptions, string]>([
    [
      "format before version",
      { common: { Format: "YAML", Version: "1" } },
      "InvalidParameter.Format",
    ],
    [
      "version before action",
      { common: { Version: "1", Action: "x" } },
      "InvalidVersion",
    ],
    [
      "action before key",
      { common: { Action: "x", ...unknownKey } },
      "InvalidAction.NotFound",
    ],
    [
      "key before timestamp",
      { common: { ...unknownKey, ...oldStamp } },
      "InvalidAccessKeyId.NotFound",
    ],
    [
      "token before timestamp",
      { common: { SecurityToken: "x", ...oldStamp } },
      "InvalidSecurityToken.Malformed",
    ],
    [
      "timestamp before method",
      { common: { SignatureMethod: "x", ...oldStamp } },
      "InvalidTimeStamp.Expired",
    ],
    [
      "method before signature",
      { common: { SignatureMethod: "x" }, signature: () => "x" },
      "InvalidSignatureMethod",
    ],
    [
      "signature before parameters",
      { common: { ContactId: "" }, signature: () => "x" },
      "SignatureDoesNotMatch",
    ],
    [
      "parameters before the service",
      { common: { ContactId: "" } },
      "MissingContactId",
    ],
  ])("is %s", async (_what, options, expected) => {
    await onManualClock(
      { settings: { defaultFormat: "JSON" } },
      async (_emulator, _clock, code) => {
        expect(await code(options)).toBe(expected);
      },
    );
  });
});

describe("rate limits", () => {
  it("allow the configured calls per second and action, and return the wait otherwise", async () => {
    await onManualClock(
      { settings: { callsPerSecond: 2 } },
      async ({ url }, clock, code) => {
        expect(await code()).toBe("ok");
        clock.advance(400);
        expect(await code()).toBe("ok");
        const { status, headers, json } = await call(
          url,
          "GetMessageContact",
          GET_TOM,
          { at: clock.now() },
        );
        expect([status, json["Code"]]).toEqual([400, "Throttling.User"]);
        expect(headers["x-acs-retry-after"]).toBe("600");
        clock.advance(600);
        expect(await code()).toBe("ok");
      },
    );
  });
});

describe("a write with a duration", () => {
  it("changes the state at once and makes the four conflicting actions fail until it ends", async () => {
    await onManualClock(
      { settings: { writeDurationMs: 60_000, timestampClock: "source" } },
      async ({ url, control }, clock) => {
        const ask = (action: string, params: object) =>
          call(url, action, params as Record<string, string>, {
            at: clock.now(),
          });
        const add = ask("AddMessageContact", { ...NEW_CONTACT, Name: "first" });
        let total: unknown = 12;
        while (total === 12) {
          total = (await ask("ListMessageContacts", {})).json["TotalCount"];
        }
        const refused = await Promise.all([
          ask("AddMessageContact", NEW_CONTACT),
          ask("UpdateMessageContact", { ContactId: TOM }),
          ask("DeleteMessageContact", { ContactId: TOM }),
          ask("AssociateMembers", { ContactId: TOM, Members: ["rd-3gqx5n"] }),
        ]);
        expect(
          refused.map(({ status, json }) => [status, json["Code"]]),
        ).toEqual(Array(4).fill([429, "ConcurrentCallNotSupported"]));
        expect(
          (await ask("GetMessageContact", { ContactId: TOM })).status,
        ).toBe(200);
        control.advanceClock(60_000);
        expect((await add).status).toBe(200);
        control.changeSettings({ writeDurationMs: 0 });
        expect((await ask("AddMessageContact", NEW_CONTACT)).status).toBe(200);
      },
    );
  });
});

describe("startEmulator", () => {
  it("refuses to start in production", async () => {
    const before = process.env["NODE_ENV"];
    process.env["NODE_ENV"] = "production";
    try {
      await expect(startEmulator()).rejects.toThrow("NODE_ENV=production");
    } finally {
      process.env["NODE_ENV"] = before;
    }
  });

  it("rejects invalid settings and a port in use", async () => {
    await expect(
      startEmulator({ settings: { contactsPerDirectory: -1 } }),
    ).rejects.toThrow("contactsPerDirectory");
    await withEmulator({}, async ({ port }) => {
      await expect(startEmulator({ port })).rejects.toThrow("EADDRINUSE");
    });
  });

  it("closes waiting connections when it stops", async () => {
    const emulator = await startEmulator();
    emulator.control.addFault({ effect: "hang" });
    const waiting = callV1(emulator.url, "GetMessageContact", GET_TOM);
    const failed = expect(waiting).rejects.toThrow(/hang up|ECONNRESET/);
    while (emulator.control.calls()[0]?.fault !== "hang") {
      await send(emulator.url, "GET", "/_emulator/clock", "");
    }
    await emulator.stop();
    await failed;
    await expect(send(emulator.url, "GET", "/", "")).rejects.toThrow(
      "ECONNREFUSED",
    );
  });
});
