import { EventEmitter } from "node:events";
import { describe, expect, it } from "@jest/globals";
import type { FastifyReply } from "fastify";
import { CredentialWatch } from "../../../src/access/credential-watch.js";
import { callerWith, type Caller } from "../../../src/context/caller.js";
import { openContext } from "../../../src/context/request-context.js";
import type { RefusalReason } from "../../../src/errors/refusal-reasons.js";
import {
  frames,
  SseStreams,
  type SseEvent,
  type SseEvents,
} from "../../../src/http/sse-stream.js";
import { settled } from "../../support/fake-upstream.js";

const CALLER = callerWith("reader", ["contacts:read"], ["default"]);

/** An event source that yields an event when the test sends it. */
function eventsOf(
  ...given: readonly SseEvent[]
): SseEvents & { asked: number } {
  const left = [...given];
  return {
    asked: 0,
    next() {
      this.asked += 1;
      const value = left.shift();
      return Promise.resolve(
        value === undefined
          ? { done: true, value: undefined }
          : { done: false, value },
      );
    },
  };
}

async function textOf(stream: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const part of stream) text += part;
  return text;
}

describe("frames", () => {
  it("serializes id, event and data as the HTML standard defines", async () => {
    const events = eventsOf(
      { id: "a.1", data: '{"x":1}' },
      { event: "complete", data: "" },
    );
    expect(await textOf(frames(events))).toBe(
      'retry: 2000\n\nid: a.1\ndata: {"x":1}\n\nevent: complete\ndata: \n\n',
    );
  });

  it("pulls an event only after the previous one was read", async () => {
    const events = eventsOf({ data: "1" }, { data: "2" }, { data: "3" });
    const stream = frames(events);
    await stream.next();
    expect(events.asked).toBe(0);
    await stream.next();
    expect(events.asked).toBe(1);
    await stream.next();
    expect(events.asked).toBe(2);
  });

  it("writes a comment as heartbeat while there are no events", async () => {
    let send: (event: SseEvent) => void = () => undefined;
    const events: SseEvents = {
      next: () =>
        new Promise((resolve) => {
          send = (value) => resolve({ done: false, value });
        }),
    };
    const stream = frames(events, () => [], 1);
    await stream.next();
    expect((await stream.next()).value).toBe(":\n\n");
    expect((await stream.next()).value).toBe(":\n\n");
    const event = stream.next();
    send({ data: "now" });
    expect((await event).value).toBe("data: now\n\n");
  });

  it("writes the last events after the stream has ended", async () => {
    const events = eventsOf({ data: "1" });
    const last = [{ event: "problem", data: "{}" }];
    expect(await textOf(frames(events, () => last))).toBe(
      "retry: 2000\n\ndata: 1\n\nevent: problem\ndata: {}\n\n",
    );
  });
});

/** A reply whose connection the test closes. */
class FakeConnection extends EventEmitter {
  destroyed = false;
  setTimeout(): void {
    // Discards writes.
  }
  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.emit("close");
  }
}

function open(connection = new FakeConnection()) {
  let check: () => void = () => undefined;
  const verified: { caller: Caller | RefusalReason } = { caller: CALLER };
  const streams = new SseStreams(
    new CredentialWatch({ callerOf: () => verified.caller }, (run) => {
      check = run;
      return () => undefined;
    }),
  );
  const events = {
    returned: 0,
    next: () => new Promise<never>(() => undefined),
    return() {
      this.returned += 1;
      return Promise.resolve({ done: true as const, value: undefined });
    },
  };
  const context = openContext({}, CALLER);
  const reply = {
    raw: connection,
    request: { headers: { "x-api-key": "mcg_key" }, callContext: context },
    header: () => reply,
    send: () => reply,
  };
  streams.answer(reply as unknown as FastifyReply, events, () => []);
  return {
    streams,
    events,
    connection,
    context,
    revoke: async () => {
      verified.caller = "revoked-key";
      check();
      await settled();
    },
  };
}

describe("SseStreams", () => {
  it("removes a stream whose caller disconnected before the response", () => {
    const connection = new FakeConnection();
    connection.destroy();
    const { streams, events } = open(connection);
    expect([streams.size, events.returned]).toEqual([0, 1]);
  });

  it("ends the stream of a revoked credential, records the code, and destroys the connection of a reader that does not read", async () => {
    const { streams, events, connection, context, revoke } = open();
    expect(streams.size).toBe(1);
    await revoke();
    expect([events.returned, connection.destroyed]).toEqual([1, false]);
    expect(context.usage.failureCode).toBe("UNAUTHENTICATED");
    await revoke();
    expect(connection.destroyed).toBe(true);
    expect(streams.size).toBe(0);
  });
});
