import { describe, expect, it } from "@jest/globals";
import { ErrorCode } from "../../../../src/errors/error-codes.js";
import { GatewayError } from "../../../../src/errors/gateway-error.js";
import { Logger } from "../../../../src/logging/logger.js";
import { runInOrder } from "../../../../src/message-contacts/bulk/run-in-order.js";
import { LatestValueStream } from "../../../../src/message-contacts/deletions/latest-value-stream.js";
import { Slots } from "../../../../src/message-contacts/graphql/concurrency-limit.js";
import { contextOf, settled } from "../../../support/fake-upstream.js";

describe("slots", () => {
  it("let as many run at once as there are, in order, and no more", async () => {
    const slots = new Slots(2);
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const tasks = [0, 1, 2, 3].map((task) =>
      slots.run(() => {
        begun.push(task);
        return new Promise<void>((resolve) => ends.push(resolve));
      }),
    );
    await settled();
    expect(begun).toEqual([0, 1]);
    ends[0]?.();
    await settled();
    expect(begun).toEqual([0, 1, 2]);
    ends[1]?.();
    await settled();
    ends[2]?.();
    ends[3]?.();
    await Promise.all(tasks);
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  it("are free again after a task that failed", async () => {
    const slots = new Slots(1);
    await expect(
      slots.run(() => Promise.reject(new Error("no"))),
    ).rejects.toThrow();
    await expect(slots.run(() => Promise.resolve("yes"))).resolves.toBe("yes");
  });
});

describe("the latest value", () => {
  it("keeps one value for a reader that is slow", async () => {
    const stream = new LatestValueStream<number>(() => undefined);
    for (const value of [1, 2, 3]) stream.publish(value);
    stream.end();
    const read: number[] = [];
    for await (const value of stream) read.push(value);
    expect(read).toEqual([3]);
  });

  it("wakes a reader that waits", async () => {
    const stream = new LatestValueStream<number>(() => undefined);
    const next = stream.next();
    stream.publish(1);
    expect(await next).toEqual({ done: false, value: 1 });
  });

  it("tells once when the reader leaves, and not when it is over", async () => {
    let left = 0;
    const stream = new LatestValueStream<number>(() => (left += 1));
    const waiting = stream.next();
    await stream.return();
    await stream.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(left).toBe(1);
    const over = new LatestValueStream<number>(() => (left += 1));
    over.end();
    await over.return();
    expect(left).toBe(1);
  });
});

describe("items in order", () => {
  const stops = {
    continuesAfter: () => true,
    isOutOfTime: () => false,
    logger: new Logger({ LOG_LEVEL: "silent" }),
    context: contextOf(),
  };

  it("are not begun once time is over", async () => {
    let asked = 0;
    const outcomes = await runInOrder(
      [1, 2, 3],
      (item) => Promise.resolve(item),
      {
        ...stops,
        isOutOfTime: () => ++asked > 1,
      },
    );
    expect(outcomes).toEqual([
      { status: "DONE", value: 1 },
      { status: "NOT_ATTEMPTED" },
      { status: "NOT_ATTEMPTED" },
    ]);
  });

  it("turn a fault into a failure of one item, never of all", async () => {
    const outcomes = await runInOrder(
      [1, 2],
      (item) =>
        item === 1
          ? Promise.reject(new TypeError("a bug"))
          : Promise.resolve(item),
      { ...stops, continuesAfter: ({ code }) => code === ErrorCode.INTERNAL },
    );
    expect(outcomes).toEqual([
      { status: "FAILED", error: new GatewayError(ErrorCode.INTERNAL) },
      { status: "DONE", value: 2 },
    ]);
  });
});
