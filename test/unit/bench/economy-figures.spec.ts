import { describe, expect, it } from "@jest/globals";
import { figuresOf } from "../../bench/economy/figures.js";
import type { MixRequest } from "../../bench/economy/mix.js";
import { recordOf, type RecordedRequest } from "../../bench/economy/record.js";

const CHANGE: MixRequest = {
  kind: "name",
  method: "POST",
  path: "/graphql",
  headers: {},
  change: { contactId: "c-1", field: "name", value: "new" },
};

function answered(
  request: MixRequest,
  body: object,
  endedAtMs: number,
  headers = {},
): RecordedRequest {
  const response = { status: 200, headers, text: JSON.stringify(body) };
  return recordOf(request, response, { startedAtMs: 0, endedAtMs });
}

const refusedWith = (error: object): object => ({
  data: null,
  errors: [{ extensions: error }],
});

describe("a refused change", () => {
  it("is counted separately if it is early and says when to retry", () => {
    const error = { code: "RATE_LIMITED", retryAfterSeconds: 1 };
    const figures = figuresOf(
      [
        answered(CHANGE, refusedWith(error), 10),
        answered(CHANGE, refusedWith(error), 5_000),
        answered(CHANGE, refusedWith({ code: "RATE_LIMITED" }), 10),
        answered(CHANGE, { data: { payload: { errors: [] } } }, 10),
      ],
      [],
    );
    expect(figures).toMatchObject({
      changes: 4,
      changesDone: 1,
      refusedEarly: 1,
      refusedLate: 1,
      complete: 100 / 3,
      reasons: { "name: RATE_LIMITED": 3 },
    });
  });

  it.each<[string, object, Record<string, string>]>([
    ["a payload", { code: "CONCURRENT_CHANGE", retryAfterSeconds: 5 }, {}],
    ["the header", { code: "CONCURRENT_CHANGE" }, { "retry-after": "5" }],
  ])("may say when to retry in %s", (_, error, headers) => {
    const body = { data: { payload: { errors: [error] } } };
    expect(answered(CHANGE, body, 10, headers).ending).toBe("refused");
  });
});

describe("a page", () => {
  const page: MixRequest = { ...CHANGE, kind: "page" };

  it("is not complete without its pending verifications", () => {
    const messageContact = { id: "c-1", name: "tom" };
    const { ending, reason, seen } = answered(
      page,
      {
        data: {
          messageContact: { ...messageContact, pendingVerifications: null },
        },
        errors: [{ extensions: { code: "UPSTREAM_THROTTLED" } }],
      },
      10,
    );
    expect({ ending, reason, seen }).toEqual({
      ending: "failed",
      reason: "UPSTREAM_THROTTLED",
      seen: [],
    });
  });
});

describe("the most calls in a second", () => {
  it("are counted in any second, separately for each action", () => {
    const call = (action: string, ms: number) => ({
      callId: ms,
      action,
      at: new Date(ms).toISOString(),
      verdict: ms === 1_500 ? "Throttling.User" : "ok",
    });
    const { mostCalls, throttled } = figuresOf(
      [],
      [
        ...[0, 600, 900, 1_500, 1_599, 3_000].map((ms) => call("List", ms)),
        call("Get", 700),
      ],
    );
    expect(mostCalls).toEqual({ List: 4, Get: 1 });
    expect(throttled).toBe(1);
  });
});
