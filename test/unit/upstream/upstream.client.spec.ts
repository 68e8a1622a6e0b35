import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { ErrorCode } from "../../../src/errors/error-codes.js";
import type { WriteOperation } from "../../../src/upstream/operations.js";
import type { VendorParams } from "../../../src/upstream/vendor/vendor-types.js";
import {
  FATES,
  type FakeVendor,
  type Fate,
} from "../../support/fake-vendor.js";
import { settled } from "../../support/fake-upstream.js";
import { bench, outcomeOf, type Bench } from "../../support/upstream-bench.js";

/** Parameters of each write, and a check whether it took effect. */
const WRITES: {
  readonly [O in WriteOperation]: {
    readonly params: VendorParams[O];
    readonly prepare?: (vendor: FakeVendor) => void;
    readonly isThere: (vendor: FakeVendor) => boolean;
  };
} = {
  addMessageContact: {
    params: {
      Name: "ann",
      EmailAddress: "ann@example.com",
      Title: "CEO",
      MessageTypes: ["ServiceMessage"],
    },
    isThere: ({ contacts }) =>
      [...contacts.values()].some(({ Name }) => Name === "ann"),
  },
  updateMessageContact: {
    params: { ContactId: "c-1", Name: "tim", EmailAddress: "tim@example.com" },
    isThere: ({ contacts }) => contacts.get("c-1")?.Name === "tim",
  },
  cancelMessageContactUpdate: {
    params: { ContactId: "c-1", EmailAddress: "new@example.com" },
    prepare: ({ pending }) =>
      pending.push({ ContactId: "c-1", Target: "new@example.com" }),
    isThere: ({ pending }) => pending.length === 0,
  },
  deleteMessageContact: {
    params: { ContactId: "c-1", RetainContactInMembers: true },
    isThere: ({ contacts }) => !contacts.has("c-1"),
  },
  sendEmailVerificationForMessageContact: {
    params: { ContactId: "c-1", EmailAddress: "tom@example.com" },
    isThere: ({ executed }) => executed.length > 0,
  },
  sendPhoneVerificationForMessageContact: {
    params: { ContactId: "c-1", PhoneNumber: "86-13900001234" },
    isThere: ({ executed }) => executed.length > 0,
  },
  associateMembers: {
    params: { ContactId: "c-1", Members: ["fd-1", "fd-2"] },
    isThere: ({ contacts }) => contacts.get("c-1")?.Members.length === 2,
  },
  disassociateMembers: {
    params: { ContactId: "c-1", Members: ["fd-1"] },
    prepare: ({ contacts }) => contacts.get("c-1")?.Members.push("fd-1"),
    isThere: ({ contacts }) => contacts.get("c-1")?.Members.length === 0,
  },
};

const fates = fc.array(fc.constantFrom(...FATES), { maxLength: 10 });

describe.each(Object.keys(WRITES) as WriteOperation[])("%s", (operation) => {
  const { params, prepare, isThere } = WRITES[operation];
  const isMessage = operation.startsWith("send");
  const start = (script: readonly Fate[]): Bench => {
    const made = bench(script);
    prepare?.(made.vendor);
    return made;
  };
  const call = ({ client, context }: Bench, key?: string) =>
    outcomeOf(client.execute(operation, params, context(key)));

  it("reports a success only if the write took effect, and a failure only if it did not", async () => {
    await fc.assert(
      fc.asyncProperty(fates, async (script) => {
        const made = start(script);
        const outcome = await call(made);
        made.vendor.settle();
        if (outcome === "done") expect(isThere(made.vendor)).toBe(true);
        else if (outcome !== ErrorCode.OUTCOME_UNKNOWN) {
          expect(isThere(made.vendor)).toBe(false);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("counts at most three sends within its deadline, conflicts and failed connections excluded", async () => {
    await fc.assert(
      fc.asyncProperty(fates, async (script) => {
        const made = start(script);
        await call(made);
        const sends = made.vendor.fated.filter(
          (one) =>
            one.operation === operation &&
            one.fate !== "conflict" &&
            one.fate !== "not-sent",
        );
        expect(sends.length).toBeLessThanOrEqual(3);
        expect(made.timing.now()).toBeLessThanOrEqual(20_000);
        if (isMessage) expect(made.vendor.executed.length).toBeLessThan(2);
      }),
      { numRuns: 200 },
    );
  });

  it.each<Fate>(["lost-before", "lost-after", "503-after", "garbage"])(
    "settles one attempt with the outcome %s",
    async (fate) => {
      const made = start([fate]);
      expect(await call(made)).toBe(
        isMessage ? ErrorCode.OUTCOME_UNKNOWN : "done",
      );
      if (!isMessage) expect(isThere(made.vendor)).toBe(true);
    },
  );

  it("takes effect once per idempotency key, however often it is sent again", async () => {
    await fc.assert(
      fc.asyncProperty(fates, async (script) => {
        const made = start(script);
        const first = await call(made, "key");
        await call(made, "key");
        const second = await call(made, "key");
        made.vendor.settle();
        const { executed } = made.vendor;
        // Setting the same values again is idempotent; other writes must not run twice.
        if (
          operation !== "updateMessageContact" &&
          operation !== "associateMembers"
        ) {
          expect(executed.length).toBeLessThan(2);
        }
        if (first === "done") expect(second).toBe("done");
      }),
      { numRuns: 200 },
    );
  });

  it("replays the response of an idempotency key without another call", async () => {
    const made = start([]);
    const before = await made.client.execute(
      operation,
      params,
      made.context("key"),
    );
    const calls = made.vendor.calls.length;
    const context = made.context("key");
    const again = await made.client.execute(operation, params, context);
    expect(again).toEqual(before);
    expect(context.idempotency?.isReplayed).toBe(true);
    expect(made.vendor.calls).toHaveLength(calls);
  });
});

describe("a read", () => {
  it("is retried after a lost response, with growing pauses", async () => {
    const { client, vendor, timing, context } = bench([
      "garbage",
      "lost-after",
    ]);
    await client.execute("getMessageContact", { ContactId: "c-1" }, context());
    expect(vendor.calls).toHaveLength(3);
    expect(timing.pauses).toEqual([100, 200]);
  });

  it("fails after three attempts", async () => {
    const { client, vendor, context } = bench(
      Array<Fate>(9).fill("lost-before"),
    );
    const outcome = await outcomeOf(
      client.execute("getMessageContact", { ContactId: "c-1" }, context()),
    );
    expect(outcome).toBe(ErrorCode.UPSTREAM_UNAVAILABLE);
    expect(vendor.calls).toHaveLength(3);
  });

  it("backs off longer when the vendor throttles", async () => {
    const { client, timing, context } = bench(["throttled", "throttled"]);
    await client.execute("getMessageContact", { ContactId: "c-1" }, context());
    expect(timing.pauses).toEqual([500, 1_000]);
  });

  it("shares one call with identical concurrent reads", async () => {
    const { client, vendor, context } = bench([]);
    const reads = Array.from({ length: 10 }, () =>
      client.execute("getMessageContact", { ContactId: "c-1" }, context()),
    );
    const answers = await Promise.all(reads);
    expect(new Set(answers).size).toBe(1);
    expect(vendor.calls).toEqual(["getMessageContact"]);
  });

  it("does not join a read that was sent before a write", async () => {
    const { client, vendor, context } = bench([]);
    const answer = vendor.post.bind(vendor);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    // The first read is still in flight when the write ends.
    let isFirst = true;
    vendor.post = (form) => {
      const isHeld = isFirst && form.includes("getMessageContact");
      if (!isHeld) return answer(form);
      isFirst = false;
      return held.then(() => answer(form));
    };
    const read = (): Promise<unknown> =>
      client.execute("getMessageContact", { ContactId: "c-1" }, context());
    const early = read();
    await settled();
    await client.execute(
      "updateMessageContact",
      { ContactId: "c-1", Name: "tim" },
      context(),
    );
    const late = read();
    release();
    await Promise.all([early, late]);
    expect(
      vendor.calls.filter((one) => one === "getMessageContact"),
    ).toHaveLength(2);
  });

  it("is not retried when its caller has disconnected", async () => {
    const { client, vendor, context } = bench(["lost-before"]);
    const outcome = await outcomeOf(
      client.execute(
        "getMessageContact",
        { ContactId: "c-1" },
        { ...context(), isGone: () => true },
      ),
    );
    expect(outcome).toBe(ErrorCode.UPSTREAM_UNAVAILABLE);
    expect(vendor.calls).toHaveLength(1);
  });

  it("fails at once while the breaker is open", async () => {
    const { client, vendor, context } = bench(
      Array<Fate>(200).fill("lost-before"),
    );
    const outcomes: string[] = [];
    for (let n = 0; n < 30; n += 1) {
      const id = `c-${n}`;
      outcomes.push(
        await outcomeOf(
          client.execute("getMessageContact", { ContactId: id }, context()),
        ),
      );
    }
    const before = vendor.calls.length;
    outcomes.push(
      await outcomeOf(
        client.execute("getMessageContact", { ContactId: "c-x" }, context()),
      ),
    );
    expect(new Set(outcomes)).toEqual(
      new Set([ErrorCode.UPSTREAM_UNAVAILABLE]),
    );
    expect(vendor.calls).toHaveLength(before);
    expect(before).toBeLessThan(60);
  });
});

describe("writes of one directory", () => {
  it("run one at a time, in the order of arrival", async () => {
    const { client, vendor, context } = bench([]);
    const names = Array.from({ length: 100 }, (_, n) =>
      String.fromCharCode(97 + (n % 26), 97 + Math.floor(n / 26)),
    );
    const added = names.map((Name) =>
      client.execute(
        "addMessageContact",
        {
          Name,
          EmailAddress: "a@example.com",
          Title: "CEO",
          MessageTypes: ["ServiceMessage"],
        },
        context(),
      ),
    );
    await Promise.all(added);
    expect(
      [...vendor.contacts.values()].slice(1).map(({ Name }) => Name),
    ).toEqual(names);
  });
});
