import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { RedisKeyStore } from "../../../src/shared-state/redis-key-store.js";
import type { KeyRecord } from "../../../src/upstream/idempotency.js";
import { StubStore } from "../../support/stub-store.js";

const RECORD: KeyRecord = {
  fingerprint: "print",
  state: "waiting",
  startedAtMs: 1_000,
};

const claimed = (answer: unknown): Promise<KeyRecord | null> =>
  new RedisKeyStore(new StubStore([answer]), 30_000).claim("key", RECORD);

describe("the idempotency records in Redis", () => {
  it("says that a key is new when the store knew nothing", async () => {
    expect(await claimed(null)).toBeNull();
  });

  it("reads a result that was stored", async () => {
    const answer = { Contact: { ContactId: "c-1" }, RequestId: "r-1" };
    const stored = ["print", "settled", "900", JSON.stringify({ answer })];
    expect(await claimed(stored)).toEqual({
      fingerprint: "print",
      state: "settled",
      startedAtMs: 900,
      result: { answer },
    });
  });

  it("reads a refusal that was stored", async () => {
    const stored = ["print", "settled", "900", '{"code":"NAME_TAKEN"}'];
    expect((await claimed(stored))?.result).toEqual({ code: "NAME_TAKEN" });
  });

  it.each([
    ["a list of another length", []],
    ["an unknown state", ["print", "done", "900", ""]],
    ["no fingerprint", ["", "running", "900", ""]],
    ["a time that is none", ["print", "running", "soon", ""]],
    ["a result that is no JSON", ["print", "settled", "900", "{"]],
    ["a code that does not exist", ["print", "settled", "9", '{"code":"YES"}']],
    ["a text", "settled"],
  ])("settles by reading back where it finds %s", async (_what, stored) => {
    expect(await claimed(stored)).toEqual({ ...RECORD, state: "uncertain" });
  });

  it("never takes a record for an unused key, whatever stands in it", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.anything({ maxDepth: 2 }).filter((value) => value !== null),
        async (stored) => {
          expect(await claimed(stored)).not.toBeNull();
        },
      ),
    );
  });

  it("rejects while the store is away, so that no write goes unprotected", async () => {
    const store = new RedisKeyStore(new StubStore(), 30_000);
    await expect(store.claim("key", RECORD)).rejects.toThrow("away");
  });
});
