import { describe, expect, it } from "@jest/globals";
import { MemoryWriteQueue } from "../../../../src/upstream/writes/write-queue.js";

const codeOf = (run: Promise<unknown>): Promise<string> =>
  run.then(
    () => "OK",
    (error: { code: string }) => error.code,
  );

/** A write that runs until it is released. */
function held(): { write: () => Promise<void>; release: () => void } {
  let release: () => void = () => undefined;
  const running = new Promise<void>((resolve) => (release = resolve));
  return { write: () => running, release };
}

describe("the write queue of a directory", () => {
  it("rejects writes beyond the caller's share and accepts those of other callers", async () => {
    const queue = new MemoryWriteQueue(3, 2);
    const { write, release } = held();
    const run = (caller: string): Promise<string> =>
      codeOf(queue.run(write, 60_000, caller));
    const accepted = [run("ann"), run("ann"), run("ann")];
    expect(await run("ann")).toBe("RATE_LIMITED");
    accepted.push(run("ben"));
    expect(await run("eve")).toBe("GATEWAY_BUSY");
    release();
    expect(await Promise.all(accepted)).toEqual(["OK", "OK", "OK", "OK"]);
    expect(queue.length).toBe(0);
    expect(await run("ann")).toBe("OK");
  });

  it("is drained only after the last queued write, even when it is full", async () => {
    const queue = new MemoryWriteQueue(1, 1);
    const { write, release } = held();
    const ended: string[] = [];
    const writes = ["first", "second"].map((name) =>
      queue.run(write, 60_000, "ann").then(() => ended.push(name)),
    );
    const drained = queue.drained(60_000).then(() => ended.push("drained"));
    release();
    await Promise.all([...writes, drained]);
    expect(ended).toEqual(["first", "second", "drained"]);
  });
});
