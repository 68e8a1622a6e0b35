import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  IdempotencyKeys,
  type KeyedWrite,
  type KeyHold,
} from "../../../../src/upstream/idempotency/idempotency-keys.js";
import type { StoredResult } from "../../../../src/upstream/idempotency/key-store.js";
import {
  KEY_BOUNDS,
  keyBoundsFor,
  MemoryKeyStore,
} from "../../../../src/upstream/idempotency/memory-key-store.js";

const ABANDONED_MS = 30_000;

const write = (changes: Partial<KeyedWrite> = {}): KeyedWrite => ({
  caller: "ann",
  scope: ["main", "key-1", "0.0"],
  payload: ["updateMessageContact", { ContactId: "c-1" }],
  isReadable: () => true,
  ...changes,
});

/** Two replicas on one store, with a manual clock. */
function replicas(): {
  a: IdempotencyKeys;
  b: IdempotencyKeys;
  pass: (ms: number) => void;
  /** States that transitions wrote, in order. */
  moved: string[];
  lose: () => void;
} {
  let nowMs = 1_000_000;
  const now = (): number => nowMs;
  let store = new MemoryKeyStore(ABANDONED_MS, now);
  const moved: string[] = [];
  const shared = {
    claim: (...args: Parameters<MemoryKeyStore["claim"]>) =>
      store.claim(...args),
    move: async (...args: Parameters<MemoryKeyStore["move"]>) => {
      const answer = await store.move(...args);
      const [, { to }] = args;
      if (answer === "moved") moved.push(to?.state ?? "removed");
      return answer;
    },
  };
  return {
    a: new IdempotencyKeys(shared, "secret", now),
    b: new IdempotencyKeys(shared, "secret", now),
    moved,
    pass: (ms) => (nowMs += ms),
    lose: () => (store = new MemoryKeyStore(ABANDONED_MS, now)),
  };
}

async function owned(keys: IdempotencyKeys): Promise<KeyHold> {
  const claim = await keys.claim(write());
  if (claim.kind !== "own") throw new Error("the key was not granted");
  return claim.hold;
}

const answered = (name: string): StoredResult => ({ answer: { name } });

const codeOf = (refused: Promise<unknown>): Promise<string> =>
  refused.then(
    () => "OK",
    (error: { code: string }) => error.code,
  );

describe("a write whose replica is suspended while it waits", () => {
  it("is run by the other replica, and not by the one that resumes", async () => {
    const { a, b, pass } = replicas();
    const stalled = await owned(a);
    expect(await codeOf(b.claim(write()))).toBe("IDEMPOTENCY_IN_PROGRESS");
    pass(ABANDONED_MS);
    const taken = await owned(b);
    expect(taken.wasSent).toBe(false);
    await taken.confirm();
    expect(await codeOf(stalled.confirm())).toBe("IDEMPOTENCY_IN_PROGRESS");
    await stalled.release();
    await taken.settle(answered("b"));
    await stalled.markUncertain();
    await stalled.settle(answered("a"));
    expect(await b.claim(write())).toMatchObject({
      kind: "replay",
      result: answered("b"),
    });
  });
});

describe("a write whose replica is suspended after it was sent", () => {
  it("is settled by the other replica, whose result is kept", async () => {
    const { a, b, pass } = replicas();
    const stalled = await owned(a);
    await stalled.confirm();
    pass(ABANDONED_MS);
    const taken = await owned(b);
    expect(taken.wasSent).toBe(true);
    await taken.settle(answered("b"));
    await stalled.markUncertain();
    expect(await b.claim(write())).toMatchObject({ kind: "replay" });
  });
});

describe("two owners of one key", () => {
  const steps = fc.array(
    fc.record({
      kind: fc.constantFrom(
        "claim",
        "confirm",
        "settle",
        "leaveOpen",
        "release",
        "pass",
      ),
      at: fc.constantFrom<0 | 1>(0, 1),
    }),
    { maxLength: 30 },
  );

  it("are never both allowed to send, and a settled result never changes", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        const { a, b, pass, moved } = replicas();
        const keys = [a, b] as const;
        // Every granted hold; only the last one may act.
        const holds: { at: 0 | 1; hold: KeyHold }[] = [];
        for (const { kind, at } of script) {
          const own = holds.findLast((one) => one.at === at)?.hold;
          const isLast = own !== undefined && own === holds.at(-1)?.hold;
          const before = moved.length;
          const wasSettled = moved.includes("settled");
          switch (kind) {
            case "pass":
              pass(ABANDONED_MS);
              break;
            case "claim": {
              const claim = await keys[at].claim(write()).catch(() => null);
              if (claim?.kind !== "own") break;
              expect(wasSettled).toBe(false);
              holds.push({ at, hold: claim.hold });
              break;
            }
            case "confirm":
              if (own !== undefined && (await codeOf(own.confirm())) === "OK") {
                expect(isLast).toBe(true);
              }
              break;
            case "settle":
              await own?.settle(answered(`${at}`));
              break;
            case "leaveOpen":
              await own?.markUncertain();
              break;
            case "release":
              await own?.release();
          }
          // Only the last owner changes a record, and a settled record never changes.
          if (moved.length > before) {
            const wasReleased = moved[before - 1] === "removed";
            expect((isLast || wasReleased) && !wasSettled).toBe(true);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("a store that loses its data while a write runs", () => {
  it("does not let the same process run the key twice at the same time", async () => {
    const { a, lose } = replicas();
    const running = await owned(a);
    await running.confirm();
    lose();
    expect(await codeOf(a.claim(write()))).toBe("IDEMPOTENCY_IN_PROGRESS");
    expect(await codeOf(a.claim(write({ payload: ["other"] })))).toBe(
      "IDEMPOTENCY_KEY_REUSED",
    );
    await running.settle(answered("a"));
    expect(await a.claim(write())).toMatchObject({
      kind: "replay",
      result: answered("a"),
    });
  });

  it("grants the key to one of two requests that arrive together", async () => {
    const { a, lose } = replicas();
    const first = a.claim(write());
    lose();
    const both = await Promise.allSettled([first, a.claim(write())]);
    expect(both.map(({ status }) => status).sort()).toEqual([
      "fulfilled",
      "rejected",
    ]);
  });

  it("prevents the attempt when the record was lost before it", async () => {
    const { a, lose } = replicas();
    const waiting = await owned(a);
    lose();
    expect(await codeOf(waiting.confirm())).toBe("STATE_UNAVAILABLE");
  });

  it("frees a running key when the write has ended", async () => {
    const { a } = replicas();
    const hold = await owned(a);
    await hold.release();
    expect((await owned(a)).wasSent).toBe(false);
  });
});

describe("an idempotency key", () => {
  it("is rejected for another operation with the same parameters", async () => {
    const { a } = replicas();
    await (await owned(a)).settle(answered("a"));
    const other = write({
      payload: ["deleteMessageContact", { ContactId: "c-1" }],
    });
    expect(await codeOf(a.claim(other))).toBe("IDEMPOTENCY_KEY_REUSED");
  });

  it("is scoped to the caller, the directory and the write of the request", async () => {
    const { a } = replicas();
    await (await owned(a)).settle(answered("a"));
    for (const changes of [
      { caller: "ben" },
      { scope: ["china", "key-1", "0.0"] },
      { scope: ["main", "key-1", "0.1"] },
      { scope: ["main", "key-1", "1.0"] },
    ]) {
      expect((await a.claim(write(changes))).kind).toBe("own");
    }
  });

  it("is granted for reading back when its stored result is invalid", async () => {
    const { a } = replicas();
    await (await owned(a)).settle(answered("a"));
    const claim = await a.claim(write({ isReadable: () => false }));
    expect(claim).toMatchObject({ kind: "own", hold: { wasSent: true } });
    expect(await codeOf(a.claim(write()))).toBe("IDEMPOTENCY_IN_PROGRESS");
  });
});

describe("the memory store of idempotency keys", () => {
  it("is bounded by a share of a small heap", () => {
    const small = keyBoundsFor(128 * 1024 * 1024);
    expect(small.total * 1_200).toBeLessThan(0.15 * 128 * 1024 * 1024 + 1);
    expect(small.perCaller).toBeLessThan(small.total);
    expect(keyBoundsFor(4 * 1024 ** 3)).toEqual(KEY_BOUNDS);
  });

  it("rejects a new key when the caller's bound is reached, and evicts none", async () => {
    let nowMs = 0;
    const store = new MemoryKeyStore(ABANDONED_MS, () => nowMs, {
      perCaller: 2,
      total: 3,
    });
    const keys = new IdempotencyKeys(store, "secret", () => nowMs);
    const add = (key: string, caller: string): Promise<string> =>
      codeOf(
        keys
          .claim(write({ caller, scope: ["main", key, "0.0"] }))
          .then(async (claim) => {
            if (claim.kind === "own") await claim.hold.settle(answered(key));
          }),
      );
    expect(await add("k1", "ann")).toBe("OK");
    expect(await add("k2", "ann")).toBe("OK");
    await expect(
      keys.claim(write({ scope: ["main", "k3", "0.0"] })),
    ).rejects.toMatchObject({
      code: "RATE_LIMITED",
      details: { retryAfterSeconds: 86_400, limit: 2 },
    });
    expect(await add("k1", "ben")).toBe("OK");
    expect(await add("k1", "eve")).toBe("GATEWAY_BUSY");
    expect(await add("k1", "ann")).toBe("OK");
    expect(store.table).toMatchObject({ size: 3, rejected: 2 });
    nowMs += 24 * 60 * 60 * 1_000;
    expect(await add("k3", "ann")).toBe("OK");
  });
});
