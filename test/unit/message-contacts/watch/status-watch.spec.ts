import { describe, expect, it } from "@jest/globals";
import { ErrorCode } from "../../../../src/errors/error-codes.js";
import type { GatewayError } from "../../../../src/errors/gateway-error.js";
import { Logger } from "../../../../src/logging/logger.js";
import { ContactStatus } from "../../../../src/message-contacts/shapes/enums.js";
import type { StatusReport } from "../../../../src/message-contacts/watch/status-report.js";
import { StatusWatch } from "../../../../src/message-contacts/watch/status-watch.js";
import {
  WATCHES_PER_CALLER,
  WatchSlots,
} from "../../../../src/message-contacts/watch/watch-slots.js";
import {
  contextOf,
  refusedWith,
  settled,
} from "../../../support/fake-upstream.js";

const ID = "c-X1vOq7bK3tJyW8Ln";
const VERIFYING = { status: ContactStatus.VERIFYING, statusRaw: "Verifying" };
const ACTIVE = { status: ContactStatus.ACTIVE, statusRaw: "Active" };
const DOWN = refusedWith(ErrorCode.UPSTREAM_UNAVAILABLE);

type Answer = typeof VERIFYING | null | GatewayError;

function watching(nowMs: number, ...answers: Answer[]) {
  const pauses: number[] = [];
  let due: (() => void)[] = [];
  const charged: string[] = [];
  let reads = 0;
  const watch = new StatusWatch(
    {
      getMessageContact: () => {
        reads += 1;
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        return answer instanceof Error
          ? Promise.reject(answer)
          : Promise.resolve(answer);
      },
    } as never,
    (run, ms) => {
      pauses.push(ms);
      due.push(run);
      return () => {
        due = due.filter((one) => one !== run);
      };
    },
    () => nowMs,
    new Logger({ LOG_LEVEL: "silent" }),
    { chargeUpstreamCalls: ({ caller }) => charged.push(caller.id) },
    new WatchSlots(),
  );
  return {
    watch,
    pauses,
    charged,
    waiting: () => due.length,
    reads: () => reads,
    elapse: async () => {
      const [...now] = due;
      due = [];
      for (const run of now) run();
      await settled();
    },
  };
}

const textOf = ({ contact, problem }: StatusReport): string =>
  problem?.code ?? contact?.statusRaw ?? "none";

describe("StatusWatch", () => {
  it("yields the current status, each change, and ends when the contact is active", async () => {
    const { watch, elapse, waiting } = watching(
      0,
      VERIFYING,
      VERIFYING,
      ACTIVE,
    );
    const seen: string[] = [];
    const values = watch.watch(ID, contextOf());
    const reading = (async () => {
      for await (const report of values) seen.push(textOf(report));
    })();
    await settled();
    await elapse();
    expect(seen).toEqual(["Verifying"]);
    await elapse();
    await reading;
    expect(seen).toEqual(["Verifying", "Active"]);
    expect(waiting()).toBe(0);
  });

  it("ends at once for a contact that does not exist", async () => {
    const { watch } = watching(0, null);
    const values = watch.watch(ID, contextOf());
    expect(textOf((await values.next()).value as StatusReport)).toBe("none");
    expect((await values.next()).done).toBe(true);
  });

  it("reports a failed read with the last known status, and continues", async () => {
    const { watch, elapse } = watching(0, VERIFYING, DOWN, ACTIVE);
    const values = watch.watch(ID, contextOf());
    const next = async (): Promise<StatusReport> =>
      (await values.next()).value as StatusReport;
    expect(textOf(await next())).toBe("Verifying");
    await elapse();
    expect(await next()).toMatchObject({
      contact: VERIFYING,
      problem: { code: "UPSTREAM_UNAVAILABLE" },
    });
    await elapse();
    expect(textOf(await next())).toBe("Active");
  });

  it("polls at moments that all watches share, 2 to 32 seconds apart", async () => {
    const { watch, elapse, pauses } = watching(700, VERIFYING);
    watch.watch(ID, contextOf());
    await settled();
    for (let poll = 0; poll < 5; poll += 1) await elapse();
    // From 0.7 s, to a multiple of two seconds after a pause of 2, 4, 8, 16 and 30 s.
    expect(pauses).toEqual([3_300, 5_300, 9_300, 17_300, 31_300, 31_300]);
  });

  it("stops polling and releases the slot when the reader leaves", async () => {
    const { watch, elapse, reads, waiting } = watching(0, VERIFYING);
    const values = Array.from({ length: WATCHES_PER_CALLER }, () =>
      watch.watch(ID, contextOf()),
    );
    expect(() => watch.watch(ID, contextOf())).toThrow(
      expect.objectContaining({ code: "RATE_LIMITED" }),
    );
    await settled();
    for (const one of values) await one.return?.();
    expect(waiting()).toBe(0);
    const before = reads();
    await elapse();
    expect(reads()).toBe(before);
    expect(() => watch.watch(ID, contextOf())).not.toThrow();
  });

  it("charges each poll to the caller", async () => {
    const { watch, charged, elapse } = watching(0, VERIFYING);
    watch.watch(ID, contextOf());
    await settled();
    await elapse();
    expect(charged).toHaveLength(2);
  });
});
