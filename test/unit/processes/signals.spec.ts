import { describe, expect, it } from "@jest/globals";
import { GracefulShutdown } from "../../../src/processes/signals.js";

/** A shutdown whose steps the test completes. */
function newShutdown(): {
  readonly shutdown: GracefulShutdown;
  readonly steps: string[];
  readonly graceMs: () => number | undefined;
  readonly expire: () => void;
  readonly finish: () => void;
  readonly fail: () => void;
} {
  const steps: string[] = [];
  let timer: { ms: number; run: () => void } | undefined;
  let finish: () => void = () => undefined;
  let fail: () => void = () => undefined;
  const shutdown = new GracefulShutdown(
    {
      stop: (signal) => {
        steps.push(`stop ${signal}`);
        return new Promise((resolve, reject) => {
          finish = resolve;
          fail = () => reject(new Error("failed"));
        });
      },
      recordUnfinished: () => {
        steps.push("cut off");
      },
      graceMs: 28_000,
    },
    {
      exit: (code) => steps.push(`exit ${code}`),
      after: (ms, run) => (timer = { ms, run }),
    },
  );
  return {
    shutdown,
    steps,
    graceMs: () => timer?.ms,
    expire: () => timer?.run(),
    finish: () => finish(),
    fail: () => fail(),
  };
}

const settled = (): Promise<void> =>
  new Promise((resolve) => setImmediate(resolve));

describe("the shutdown of a process", () => {
  it("exits with 0 when the graceful stop completes", async () => {
    const { shutdown, steps, graceMs, finish } = newShutdown();
    shutdown.begin("SIGTERM");
    expect(graceMs()).toBe(28_000);
    finish();
    await settled();
    expect(steps).toEqual(["stop SIGTERM", "exit 0"]);
  });

  it("exits with 1 when the graceful stop fails", async () => {
    const { shutdown, steps, fail } = newShutdown();
    shutdown.begin("SIGINT");
    fail();
    await settled();
    expect(steps).toEqual(["stop SIGINT", "exit 1"]);
  });

  it("records unfinished work and exits with 1 when the grace period expires", async () => {
    const { shutdown, steps, expire, finish } = newShutdown();
    shutdown.begin("SIGTERM");
    expire();
    finish();
    await settled();
    expect(steps).toEqual(["stop SIGTERM", "cut off", "exit 1"]);
  });

  it("records unfinished work once and exits with 1 on a second signal", async () => {
    const { shutdown, steps, expire } = newShutdown();
    shutdown.begin("SIGTERM");
    shutdown.begin("SIGTERM");
    shutdown.begin("SIGTERM");
    expire();
    await settled();
    expect(steps).toEqual(["stop SIGTERM", "cut off", "exit 1"]);
  });

  it("exits with 1 on a third signal while unfinished work is still being recorded", async () => {
    const steps: string[] = [];
    const shutdown = new GracefulShutdown(
      {
        stop: () => new Promise(() => undefined),
        recordUnfinished: () => new Promise(() => undefined),
        graceMs: 1,
      },
      { exit: (code) => steps.push(`exit ${code}`), after: () => undefined },
    );
    shutdown.begin("SIGTERM");
    shutdown.begin("SIGTERM");
    await settled();
    expect(steps).toEqual([]);
    shutdown.begin("SIGTERM");
    expect(steps).toEqual(["exit 1"]);
  });

  it("exits with 1 when unfinished work cannot be recorded", () => {
    const steps: string[] = [];
    const shutdown = new GracefulShutdown(
      {
        stop: () => new Promise(() => undefined),
        recordUnfinished: () => {
          throw new Error("disk full");
        },
        graceMs: 1,
      },
      { exit: (code) => steps.push(`exit ${code}`), after: () => undefined },
    );
    shutdown.forceExit();
    expect(steps).toEqual(["exit 1"]);
  });
});
