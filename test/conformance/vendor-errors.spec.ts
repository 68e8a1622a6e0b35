import { describe, expect, it } from "@jest/globals";
import { callV1, type RawAnswer } from "../support/emulator-client.js";
import {
  TOM,
  VENDOR_ERRORS,
  withEmulator,
  type VendorErrorRow,
} from "../support/emulator-fixture.js";
import {
  COMMON_REFUSALS,
  REFUSALS,
  VALID_PARAMS,
  type Refusal,
} from "../support/emulator-refusals.js";

/** Codes that no request of a caller causes; only scripted faults return them. */
const SCRIPTED_ONLY = [
  "InvalidProduct.NotFound",
  "InvalidRegion.NotFound",
  "InvalidParameter.Accept",
  "MissingParameter",
  "Forbidden.RiskControl",
  "Forbidden.UserVerification",
  "InternalError",
  "ServiceUnavailable",
  "UnknownError",
  "ResourceDirectoryNotInUse",
  "MemberAccountAccessDenied",
  "MemberAccountOperationNotAllowed",
  "NotSupport.Site.Action",
  "CallerIdentityError",
];

const FIVE_MEMBERS = ["Code", "HostId", "Message", "Recommend", "RequestId"];

/** Sends a call that is rejected and checks its response and its record. */
async function refused(
  action: string,
  refusal: Refusal,
  check: (answer: RawAnswer) => void,
): Promise<void> {
  const { settings, keys, params, options } = refusal;
  await withEmulator({ settings, keys }, async (emulator) => {
    await refusal.before?.(emulator);
    const sent = { ...VALID_PARAMS[action], ...params };
    check(
      (await refusal.send?.(emulator.url)) ??
        (await callV1(emulator.url, action, sent, options)),
    );
    const entry = emulator.control.calls().at(-1);
    expect(entry).toMatchObject({ executed: false, effects: 0 });
  });
}

function expectRow(row: VendorErrorRow): (answer: RawAnswer) => void {
  return ({ status, headers, text }) => {
    const body = JSON.parse(text) as Record<string, unknown>;
    expect(body["Code"]).toBe(row.code);
    expect(status).toBe(row.httpStatus);
    expect(Object.keys(body)).toEqual(expect.arrayContaining(FIVE_MEMBERS));
    expect(String(body["Message"]).startsWith(row.message ?? "")).toBe(true);
    expect(body["RequestId"]).toBe(headers["x-acs-request-id"]);
    expect(body["RequestId"]).toMatch(/^[0-9A-F-]{36}$/);
    expect(body["HostId"]).toBe("resourcedirectory.aliyuncs.com");
    expect(body["Recommend"]).toContain(encodeURIComponent(row.code));
    expect(headers["content-type"]).toBe("application/json;charset=utf-8");
  };
}

const rows = Object.entries(VENDOR_ERRORS.operations).flatMap(
  ([action, errors]) => errors.map((row) => ({ action, row })),
);

describe("each documented code of an operation", () => {
  it.each(rows)(
    "is returned without a scripted fault: $action $row.code",
    async ({ action, row }) => {
      const refusal = REFUSALS[action]?.[row.code];
      expect(refusal).toBeDefined();
      await refused(action, refusal ?? {}, expectRow(row));
    },
  );

  it("has a case, and there are no other cases", () => {
    const listed = rows.map(({ action, row }) => `${action} ${row.code}`);
    const known = Object.entries(REFUSALS).flatMap(([action, refusals]) =>
      Object.keys(refusals).map((code) => `${action} ${code}`),
    );
    expect(known.sort()).toEqual(listed.sort());
  });
});

describe("each documented code that any operation can return", () => {
  const natural = VENDOR_ERRORS.common.filter(
    ({ code }) => !SCRIPTED_ONLY.includes(code),
  );

  it.each(natural)(
    "is returned without a scripted fault: $code",
    async (row) => {
      const refusal = COMMON_REFUSALS[row.code];
      expect(refusal).toBeDefined();
      await refused("GetMessageContact", refusal ?? {}, expectRow(row));
    },
  );

  it.each(VENDOR_ERRORS.common)(
    "can be scripted as a fault: $code",
    async (row) => {
      await withEmulator({}, async ({ url, control }) => {
        control.addFault({ effect: "error", code: row.code });
        const params = { ContactId: TOM };
        expectRow(row)(await callV1(url, "GetMessageContact", params));
        expect((await callV1(url, "GetMessageContact", params)).status).toBe(
          200,
        );
      });
    },
  );

  it("has a case or is listed as scripted only, and never both", () => {
    const known = [...Object.keys(COMMON_REFUSALS), ...SCRIPTED_ONLY];
    const listed = VENDOR_ERRORS.common.map(({ code }) => code);
    expect(known.sort()).toEqual(listed.sort());
  });
});

describe("valid parameters", () => {
  it.each(Object.entries(VALID_PARAMS))(
    "are accepted: %s",
    async (action, params) => {
      await withEmulator(
        { settings: { deletionStatusWithoutDeletion: "empty" } },
        async ({ url, control }) => {
          expect((await callV1(url, action, params)).status).toBe(200);
          expect(control.calls().at(-1)).toMatchObject({
            verdict: "ok",
            executed: true,
          });
        },
      );
    },
  );
});
