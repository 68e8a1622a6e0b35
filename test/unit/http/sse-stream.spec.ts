import { describe, expect, it } from "@jest/globals";
import {
  frames,
  type SseEvent,
  type SseEvents,
} from "../../../src/http/sse-stream.js";

/** Events that come when they are sent. */
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

describe("the text of an event stream", () => {
  it("writes id, event and data as the HTML standard has them", async () => {
    const events = eventsOf(
      { id: "a.1", data: '{"x":1}' },
      { event: "complete", data: "" },
    );
    expect(await textOf(frames(events))).toBe(
      'retry: 2000\n\nid: a.1\ndata: {"x":1}\n\nevent: complete\ndata: \n\n',
    );
  });

  it("asks for an event only when the one before was taken", async () => {
    const events = eventsOf({ data: "1" }, { data: "2" }, { data: "3" });
    const stream = frames(events);
    await stream.next();
    expect(events.asked).toBe(0);
    await stream.next();
    expect(events.asked).toBe(1);
    await stream.next();
    expect(events.asked).toBe(2);
  });

  it("writes a comment while nothing happens", async () => {
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
