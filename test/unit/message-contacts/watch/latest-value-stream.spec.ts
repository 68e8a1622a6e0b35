import { describe, expect, it } from "@jest/globals";
import { LatestValueStream } from "../../../../src/message-contacts/watch/latest-value-stream.js";

describe("LatestValueStream", () => {
  it("gives a slow reader only the latest value", async () => {
    const stream = new LatestValueStream<number>(() => undefined);
    for (const value of [1, 2, 3]) stream.publish(value);
    stream.end();
    const read: number[] = [];
    for await (const value of stream) read.push(value);
    expect(read).toEqual([3]);
  });

  it("wakes a waiting reader when a value is published", async () => {
    const stream = new LatestValueStream<number>(() => undefined);
    const next = stream.next();
    stream.publish(1);
    expect(await next).toEqual({ done: false, value: 1 });
  });

  it("calls onLeave once when the reader stops early, and never after the end", async () => {
    let left = 0;
    const stream = new LatestValueStream<number>(() => (left += 1));
    const waiting = stream.next();
    await stream.return();
    await stream.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(left).toBe(1);
    const ended = new LatestValueStream<number>(() => (left += 1));
    ended.end();
    await ended.return();
    expect(left).toBe(1);
  });
});
