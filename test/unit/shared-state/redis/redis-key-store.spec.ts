import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { RedisKeyStore } from "../../../../src/shared-state/redis/redis-key-store.js";
import type {
  KeyAnswer,
  KeyRequest,
} from "../../../../src/upstream/idempotency/key-store.js";
import { StubStore } from "../../../support/stub-store.js";

const REQUEST: KeyRequest = {
  caller: "ann",
  fingerprint: "print",
  owner: "me",
  startedAtMs: 1_000,
};

const claimed = (answer: unknown): Promise<KeyAnswer> =>
  new RedisKeyStore(new StubStore([answer]), 30_000).claim("key", REQUEST);

const held = (...rest: string[]): Promise<KeyAnswer> =>
  claimed(["held", "print", "settled", "other", "900", ...rest]);

describe("idempotency records in Redis", () => {
  it("grants a key that Redis does not know", async () => {
    expect(await claimed(["new"])).toEqual({ kind: "new" });
  });

  it("grants the key of an abandoned write with the time of its first claim", async () => {
    expect(await claimed(["takenOver", "900"])).toEqual({
      kind: "takenOver",
      startedAtMs: 900,
    });
  });

  it("returns the stored result of a write", async () => {
    const answer = { Contact: { ContactId: "c-1" }, RequestId: "r-1" };
    expect(await held(JSON.stringify({ answer }))).toEqual({
      kind: "held",
      record: {
        fingerprint: "print",
        state: "settled",
        owner: "other",
        startedAtMs: 900,
        result: { answer },
      },
    });
  });

  it("returns the stored error code of a rejected write", async () => {
    expect(await held('{"code":"NAME_TAKEN"}')).toMatchObject({
      record: { result: { code: "NAME_TAKEN" } },
    });
  });

  it.each([
    ["not JSON", "{"],
    ["an unknown error code", '{"code":"YES"}'],
    ["an error code that no write ends with", '{"code":"INTERNAL"}'],
    ["a property name of Object.prototype", '{"code":"constructor"}'],
    [
      "an invalid HTTP status",
      '{"code":"NAME_TAKEN","upstream":{"code":"X","httpStatus":7,"requestId":null}}',
    ],
  ])("returns no result when the stored one is %s", async (_case, text) => {
    const answer = await held(text);
    expect(answer).toMatchObject({
      kind: "held",
      record: { state: "settled" },
    });
    expect(answer).not.toHaveProperty("record.result");
  });

  it("does not grant the key when the reply is not one of the script's", async () => {
    const answers = fc
      .anything({ maxDepth: 2 })
      .filter(
        (value) =>
          !Array.isArray(value) ||
          (value[0] !== "new" && value[0] !== "takenOver"),
      );
    await fc.assert(
      fc.asyncProperty(answers, async (answer) => {
        const outcome = await claimed(answer).catch(() => null);
        expect(outcome?.kind ?? "held").toBe("held");
      }),
    );
  });

  it("rejects while Redis is unreachable, so that no write is sent without a record", async () => {
    const store = new RedisKeyStore(new StubStore(), 30_000);
    await expect(store.claim("key", REQUEST)).rejects.toThrow("unavailable");
  });
});
