import { describe, expect, it } from "@jest/globals";
import { ErrorCode } from "../../../../src/errors/error-codes.js";
import { Logger } from "../../../../src/logging/logger.js";
import { MemoryDeletionLedger } from "../../../../src/message-contacts/deletions/deletion-ledger.js";
import {
  NO_RELAY,
  type DeletionRelay,
} from "../../../../src/message-contacts/deletions/deletion-relay.js";
import {
  newReport,
  type DeletionReport,
} from "../../../../src/message-contacts/deletions/deletion-report.js";
import { DeletionWatch } from "../../../../src/message-contacts/deletions/deletion-watch.js";
import {
  WATCHES_PER_CALLER,
  WatchSlots,
} from "../../../../src/message-contacts/watch/watch-slots.js";
import { Deletions } from "../../../../src/message-contacts/deletions/deletions.js";
import { DeletionState } from "../../../../src/message-contacts/shapes/enums.js";
import {
  contextOf,
  FakeUpstream,
  refusedWith,
  settled,
} from "../../../support/fake-upstream.js";

const ID = "c-qL4HqKONzOM7aB3d";
const STATUS = "getMessageContactDeletionStatus";
const GONE = refusedWith(ErrorCode.CONTACT_NOT_FOUND);
const RUNNING = {
  ContactDeletionStatus: { Status: "Deleting", ContactId: ID },
};
const DOWN = refusedWith(ErrorCode.UPSTREAM_UNAVAILABLE);

/** Timers that the test runs. */
class ManualTimers {
  readonly pauses: number[] = [];
  private waiting: (() => void)[] = [];

  readonly schedule = (run: () => void, ms: number): (() => void) => {
    this.pauses.push(ms);
    this.waiting.push(run);
    return () => {
      this.waiting = this.waiting.filter((one) => one !== run);
    };
  };

  get pending(): number {
    return this.waiting.length;
  }

  async elapse(): Promise<void> {
    const [...due] = this.waiting;
    this.waiting = [];
    for (const run of due) run();
    await settled();
  }
}

function setUp(relay: DeletionRelay = NO_RELAY) {
  const upstream = new FakeUpstream();
  const timers = new ManualTimers();
  const deletions = new Deletions(
    upstream.asUpstream,
    new MemoryDeletionLedger(),
    () => 0,
  );
  const charged: string[] = [];
  const watch = new DeletionWatch(
    deletions,
    timers.schedule,
    new Logger({ LOG_LEVEL: "silent" }),
    relay,
    { chargeUpstreamCalls: ({ caller }) => charged.push(caller.id) },
    new WatchSlots(),
  );
  return { upstream, timers, deletions, watch, charged };
}

async function read(
  watcher: AsyncIterator<DeletionReport>,
): Promise<DeletionReport | "end"> {
  const next: IteratorResult<DeletionReport, unknown> = await watcher.next();
  return next.done === true ? "end" : next.value;
}

describe("DeletionWatch", () => {
  it("yields one UNKNOWN state for an unknown contact, then ends", async () => {
    const { upstream, timers, watch } = setUp();
    upstream.answering(STATUS, GONE);
    const watcher = watch.watch(ID, contextOf());
    expect(await read(watcher)).toMatchObject({ state: "UNKNOWN" });
    expect(await read(watcher)).toBe("end");
    expect(watch.size).toBe(0);
    expect(timers.pending).toBe(0);
  });

  it("polls once for all watchers, at intervals from 2 to 30 seconds", async () => {
    const { upstream, timers, watch } = setUp();
    upstream.answering(STATUS, RUNNING);
    const watchers = [1, 2, 3].map(() => watch.watch(ID, contextOf()));
    for (const watcher of watchers) {
      expect(await read(watcher)).toMatchObject({ state: "IN_PROGRESS" });
    }
    await settled();
    for (let poll = 0; poll < 6; poll++) await timers.elapse();
    expect(upstream.calls).toHaveLength(7);
    expect(timers.pauses).toEqual([
      2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
    ]);
  });

  it("yields the final state to every watcher, including one that joined late", async () => {
    const { upstream, timers, deletions, watch } = setUp();
    await deletions.recordStart(ID, "Deleting", contextOf());
    upstream
      .answering(STATUS, RUNNING, GONE)
      .answering("getMessageContact", GONE);
    const early = watch.watch(ID, contextOf());
    expect(await read(early)).toMatchObject({ state: "IN_PROGRESS" });
    const late = watch.watch(ID, contextOf());
    expect(await read(late)).toMatchObject({ state: "IN_PROGRESS" });
    await settled();
    await timers.elapse();
    for (const watcher of [early, late]) {
      expect(await read(watcher)).toMatchObject({ state: "DELETED" });
      expect(await read(watcher)).toBe("end");
    }
    expect(watch.size).toBe(0);
  });

  it("ignores a stored final report of another replica", async () => {
    const older = newReport(DeletionState.DELETED, ID);
    let isLeaseFree = false;
    const { upstream, timers, watch } = setUp({
      ...NO_RELAY,
      tryAcquire: () => Promise.resolve(isLeaseFree),
      latest: () => Promise.resolve(older),
    });
    upstream.answering(STATUS, GONE);
    const watcher = watch.watch(ID, contextOf());
    await settled();
    isLeaseFree = true;
    await timers.elapse();
    expect(await read(watcher)).toMatchObject({ state: "UNKNOWN" });
    expect(await read(watcher)).toBe("end");
  });

  it("stops polling when the last watcher leaves, not before", async () => {
    const { upstream, timers, watch } = setUp();
    upstream.answering(STATUS, RUNNING);
    const [one, two] = [1, 2].map(() => watch.watch(ID, contextOf()));
    await settled();
    await one?.return?.();
    await timers.elapse();
    expect(upstream.calls).toHaveLength(2);
    await two?.return?.();
    expect(timers.pending).toBe(0);
    expect(watch.size).toBe(0);
  });

  it("polls on behalf of a caller who is still watching and charges that caller", async () => {
    const { upstream, timers, watch, charged } = setUp();
    upstream.answering(STATUS, RUNNING);
    const first = watch.watch(ID, contextOf({}, "first"));
    watch.watch(ID, contextOf({}, "second"));
    await settled();
    await first.return?.();
    await timers.elapse();
    await timers.elapse();
    expect(charged).toEqual(["first", "second", "second"]);
    expect(upstream.callers).toEqual(charged);
  });

  it("makes no call when the only watcher leaves before the first poll", async () => {
    const { upstream, watch, charged } = setUp();
    await watch.watch(ID, contextOf()).return?.();
    await settled();
    expect(upstream.calls).toEqual([]);
    expect(charged).toEqual([]);
  });

  it("keeps only the latest state for a slow reader", async () => {
    const { upstream, timers, watch } = setUp();
    upstream.answering(STATUS, RUNNING, DOWN, RUNNING, DOWN, RUNNING);
    const watcher = watch.watch(ID, contextOf());
    await settled();
    for (let poll = 0; poll < 4; poll++) await timers.elapse();
    expect(await read(watcher)).toMatchObject({
      state: "IN_PROGRESS",
      problem: null,
    });
    let isMorePending = false;
    void watcher.next().then(() => {
      isMorePending = true;
    });
    await settled();
    expect(isMorePending).toBe(false);
  });

  it("reports a failed poll as a problem with the last known state, then recovers", async () => {
    const { upstream, timers, watch } = setUp();
    upstream.answering(STATUS, RUNNING, DOWN, DOWN, RUNNING, GONE);
    upstream.answering("getMessageContact", GONE);
    const watcher = watch.watch(ID, contextOf());
    expect(await read(watcher)).toMatchObject({ problem: null });
    await settled();
    await timers.elapse();
    expect(await read(watcher)).toMatchObject({
      state: "IN_PROGRESS",
      problem: {
        code: "UPSTREAM_UNAVAILABLE",
        details: { retryAfterSeconds: 4 },
      },
    });
    await timers.elapse();
    await timers.elapse();
    expect(await read(watcher)).toMatchObject({
      state: "IN_PROGRESS",
      problem: null,
    });
    await timers.elapse();
    expect(await read(watcher)).toMatchObject({ state: "DELETED" });
    expect(await read(watcher)).toBe("end");
  });

  it("does not end with UNKNOWN while the first poll fails", async () => {
    const { upstream, timers, watch } = setUp();
    upstream.answering(STATUS, DOWN, GONE);
    const watcher = watch.watch(ID, contextOf());
    expect(await read(watcher)).toMatchObject({
      state: "UNKNOWN",
      problem: { code: "UPSTREAM_UNAVAILABLE" },
    });
    await timers.elapse();
    expect(await read(watcher)).toMatchObject({
      state: "UNKNOWN",
      problem: null,
    });
    expect(await read(watcher)).toBe("end");
  });

  it("rejects a caller with too many watches until one of them ends", async () => {
    const { upstream, watch } = setUp();
    upstream.answering(STATUS, RUNNING);
    const watchers = Array.from({ length: WATCHES_PER_CALLER }, () =>
      watch.watch(ID, contextOf()),
    );
    expect(() => watch.watch(ID, contextOf())).toThrow(
      expect.objectContaining({ code: "RATE_LIMITED" }),
    );
    expect(() => watch.watch(ID, contextOf({}, "another"))).not.toThrow();
    await watchers[0]?.return?.();
    expect(() => watch.watch(ID, contextOf())).not.toThrow();
  });
});
