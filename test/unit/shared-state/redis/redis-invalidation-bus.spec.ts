import { describe, expect, it, jest } from "@jest/globals";
import { RedisInvalidationBus } from "../../../../src/shared-state/redis/redis-invalidation-bus.js";

/** A Redis that delivers messages when the test says so, in order. */
class HeldRedis {
  isUnavailable = false;
  readonly queue: [channel: string, message: string][] = [];
  private readonly listeners: [string, (message: string) => void][] = [];
  private readonly onLoss: (() => void)[] = [];

  deliver(channel: string, message: string): Promise<boolean> {
    if (this.isUnavailable) return Promise.resolve(false);
    this.queue.push([channel, message]);
    return Promise.resolve(true);
  }

  subscribe(channel: string, listener: (message: string) => void): () => void {
    this.listeners.push([channel, listener]);
    return () => undefined;
  }

  onTrouble(listener: () => void): void {
    this.onLoss.push(listener);
  }

  flush(): void {
    for (const [channel, message] of this.queue.splice(0)) {
      for (const [name, listener] of this.listeners) {
        if (name === channel) listener(message);
      }
    }
  }

  disconnect(): void {
    this.queue.length = 0;
    for (const tell of this.onLoss) tell();
  }
}

function connected() {
  const redis = new HeldRedis();
  const clock = { ms: 0 };
  const a = new RedisInvalidationBus(redis, () => clock.ms);
  const b = new RedisInvalidationBus(redis, () => clock.ms);
  const seen: unknown[] = [];
  b.subscribe({
    onWrite: ({ directory, contactId }) => seen.push([directory, contactId]),
    onGap: () => seen.push("gap"),
  });
  return { redis, clock, a, b, seen };
}

const WRITE = { directory: "main", contactId: "c-1" };

describe("the invalidation bus on Redis", () => {
  it("delivers a write before it confirms to be up to date", async () => {
    const { redis, a, b, seen } = connected();
    await a.publish(WRITE);
    const isUpToDate = b.isUpToDate();
    redis.flush();
    expect(await isUpToDate).toBe(true);
    expect(seen).toEqual([["main", "c-1"]]);
  });

  it("confirms a later request with a later message only", async () => {
    const { redis, a, b, seen } = connected();
    const first = b.isUpToDate();
    const [ping] = redis.queue;
    const second = b.isUpToDate();
    await a.publish(WRITE);
    redis.queue.splice(0, redis.queue.length, ping ?? ["", ""]);
    redis.flush();
    expect(await first).toBe(true);
    expect(seen).toEqual([]);
    await a.publish(WRITE);
    redis.flush();
    expect(await second).toBe(true);
  });

  it("is not up to date while Redis is unreachable", async () => {
    const { redis, b } = connected();
    redis.isUnavailable = true;
    expect(await b.isUpToDate()).toBe(false);
  });

  it("waits 50 ms for Redis once, and then not at all until a message arrives", async () => {
    jest.useFakeTimers();
    try {
      const { redis, b } = connected();
      const first = b.isUpToDate();
      const waiting = b.isUpToDate();
      jest.advanceTimersByTime(50);
      expect(await first).toBe(false);
      expect(await waiting).toBe(false);
      expect(await b.isUpToDate()).toBe(false);
      redis.flush();
      const healthy = b.isUpToDate();
      redis.flush();
      expect(await healthy).toBe(true);
    } finally {
      jest.useRealTimers();
    }
  });

  it("reports a gap when messages may be lost, and is not up to date for 5 s", async () => {
    const { redis, clock, b, seen } = connected();
    redis.disconnect();
    expect(seen).toEqual(["gap"]);
    clock.ms = 4_999;
    expect(await b.isUpToDate()).toBe(false);
    clock.ms = 5_000;
    const later = b.isUpToDate();
    redis.flush();
    expect(await later).toBe(true);
  });

  it("repeats a message while a new outage lasts, and gives up in a longer one", async () => {
    const { redis, clock, a } = connected();
    clock.ms = 60_000;
    redis.isUnavailable = true;
    redis.disconnect();
    const published = a.publish(WRITE);
    redis.isUnavailable = false;
    await published;
    expect(redis.queue).toHaveLength(1);
    redis.isUnavailable = true;
    clock.ms += 1_999;
    redis.disconnect();
    clock.ms += 1;
    await a.publish(WRITE);
    expect(redis.queue).toHaveLength(0);
  });

  it.each(["", "{}", "null", `{"directory":1}`, "x".repeat(5_000)])(
    "treats the invalid message %j as a write of any contact",
    async (message) => {
      const { redis, seen } = connected();
      await redis.deliver("reads:changed", message);
      redis.flush();
      expect(seen).toEqual(["gap"]);
    },
  );
});
