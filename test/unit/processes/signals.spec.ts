import { describe, expect, it } from "@jest/globals";
import { GracefulShutdown } from "../../../src/processes/signals.js";

/** An ending whose parts the test completes. */
function ending(): {
  readonly orderly: GracefulShutdown;
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
  const orderly = new GracefulShutdown(
    {
      stop: (signal) => {
        steps.push(`end ${signal}`);
        return new Promise((resolve, reject) => {
          finish = resolve;
          fail = () => reject(new Error("failed"));
        });
      },
      cutOff: () => {
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
    orderly,
    steps,
    graceMs: () => timer?.ms,
    expire: () => timer?.run(),
    finish: () => finish(),
    fail: () => fail(),
  };
}

const settled = (): Promise<void> =>
  new Promise((resolve) => setImmediate(resolve));

describe("the end of a process", () => {
  it("exits with 0 when everything ends in order", async () => {
    const { orderly, steps, graceMs, finish } = ending();
    orderly.begin("SIGTERM");
    expect(graceMs()).toBe(28_000);
    finish();
    await settled();
    expect(steps).toEqual(["end SIGTERM", "exit 0"]);
  });

  it("exits with 1 when the end fails", async () => {
    const { orderly, steps, fail } = ending();
    orderly.begin("SIGINT");
    fail();
    await settled();
    expect(steps).toEqual(["end SIGINT", "exit 1"]);
  });

  it("records what is cut off before it exits with 1 when the grace period is over", async () => {
    const { orderly, steps, expire, finish } = ending();
    orderly.begin("SIGTERM");
    expire();
    finish();
    await settled();
    expect(steps).toEqual(["end SIGTERM", "cut off", "exit 1"]);
  });

  it("records what is cut off before it exits with 1 at a second signal, once", async () => {
    const { orderly, steps, expire } = ending();
    orderly.begin("SIGTERM");
    orderly.begin("SIGTERM");
    orderly.begin("SIGTERM");
    expire();
    await settled();
    expect(steps).toEqual(["end SIGTERM", "cut off", "exit 1"]);
  });

  it("exits with 1 at a third signal while the record is still written", async () => {
    const steps: string[] = [];
    const orderly = new GracefulShutdown(
      {
        stop: () => new Promise(() => undefined),
        cutOff: () => new Promise(() => undefined),
        graceMs: 1,
      },
      { exit: (code) => steps.push(`exit ${code}`), after: () => undefined },
    );
    orderly.begin("SIGTERM");
    orderly.begin("SIGTERM");
    await settled();
    expect(steps).toEqual([]);
    orderly.begin("SIGTERM");
    expect(steps).toEqual(["exit 1"]);
  });

  it("exits with 1 when the record cannot be written", () => {
    const steps: string[] = [];
    const orderly = new GracefulShutdown(
      {
        stop: () => new Promise(() => undefined),
        cutOff: () => {
          throw new Error("disk full");
        },
        graceMs: 1,
      },
      { exit: (code) => steps.push(`exit ${code}`), after: () => undefined },
    );
    orderly.cutOff();
    expect(steps).toEqual(["exit 1"]);
  });
});
