import { describe, expect, it } from "@jest/globals";
import { openIdempotency } from "../../../../src/context/request-context.js";
import { ErrorCode } from "../../../../src/errors/error-codes.js";
import { GatewayError } from "../../../../src/errors/gateway-error.js";
import { IdempotencyKeys } from "../../../../src/upstream/idempotency/idempotency-keys.js";
import { KeyedPlans } from "../../../../src/upstream/idempotency/keyed-plans.js";
import { MemoryKeyStore } from "../../../../src/upstream/idempotency/memory-key-store.js";
import { contextOf } from "../../../support/fake-upstream.js";

interface Plan {
  readonly steps: number;
}

const isPlan = (stored: object): stored is Plan =>
  typeof (stored as Partial<Plan>).steps === "number";

function setUp() {
  const plans = new KeyedPlans(
    new IdempotencyKeys(new MemoryKeyStore(), "secret"),
  );
  let made = 0;
  const once = (key: string | null, payload: object = ["a"], caller = "ann") =>
    plans.once(
      payload,
      isPlan,
      () => Promise.resolve({ steps: ++made }),
      key === null
        ? contextOf({}, caller)
        : { ...contextOf({}, caller), idempotency: openIdempotency(key) },
    );
  return { plans, once };
}

describe("KeyedPlans", () => {
  it("returns the first plan for a repeated key", async () => {
    const { once } = setUp();
    expect(await once("key")).toEqual({ steps: 1 });
    expect(await once("key")).toEqual({ steps: 1 });
    expect(await once("other")).toEqual({ steps: 2 });
  });

  it("makes a new plan for each request without a key, and for each caller", async () => {
    const { once } = setUp();
    expect([await once(null), await once(null)]).toEqual([
      { steps: 1 },
      { steps: 2 },
    ]);
    expect(await once("key")).toEqual({ steps: 3 });
    expect(await once("key", ["a"], "bob")).toEqual({ steps: 4 });
  });

  it("rejects a repeated key with another payload", async () => {
    const { once } = setUp();
    await once("key");
    await expect(once("key", ["b"])).rejects.toMatchObject({
      code: ErrorCode.IDEMPOTENCY_KEY_REUSED,
    });
  });

  it("does not keep a plan that could not be made", async () => {
    const { plans, once } = setUp();
    const refused = new GatewayError(ErrorCode.STATUS_CONFLICT);
    const context = {
      ...contextOf({}, "ann"),
      idempotency: openIdempotency("key"),
    };
    await expect(
      plans.once(["b"], isPlan, () => Promise.reject(refused), context),
    ).rejects.toBe(refused);
    expect(await once("key")).toEqual({ steps: 1 });
  });
});
