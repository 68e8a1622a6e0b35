import {
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import { REST } from "../support/apis.js";
import { buildGateway } from "../support/gateway-process.js";
import { hasRedisServer } from "../support/redis-server.js";
import { Replicas } from "../support/replicas.js";
import { until } from "../support/until.js";

const TOM = "c-qL4HqKONzOM7aB3d";

const describeHere = hasRedisServer() ? describe : describe.skip;

describeHere("a deletion watched through two replicas", () => {
  let entry: string;
  let replicas: Replicas;

  beforeAll(() => {
    entry = buildGateway();
  }, 180_000);
  beforeEach(async () => {
    replicas = await Replicas.start(entry);
    const { status } = await REST.call(replicas.a.url, "deleteMessageContact", {
      contactId: TOM,
      retainContactInMembers: false,
    });
    expect(status).toBe(202);
  }, 60_000);
  afterEach(() => replicas.stop());

  const polls = (): number =>
    replicas.emulator.control
      .calls()
      .filter(({ action }) => action === "GetMessageContactDeletionStatus")
      .length;

  it("is polled by one replica and reported by both", async () => {
    const onA = await EventStream.open(replicas.a.url);
    expect(await onA.until("IN_PROGRESS")).toBe(true);
    const onB = await EventStream.open(replicas.b.url);
    expect(await onB.until("IN_PROGRESS")).toBe(true);
    expect(polls()).toBe(1);
    replicas.emulator.control.advanceClock(60_000);
    expect(await onB.until("DELETED")).toBe(true);
    expect(await onA.until("DELETED")).toBe(true);
    expect(polls()).toBe(2);
    expect(await onA.until("event: complete")).toBe(true);
    expect(await onB.until("event: complete")).toBe(true);
  });

  it("is forgotten by both replicas once the contact exists again", async () => {
    replicas.emulator.control.advanceClock(60_000);
    const stateOn = async (url: string): Promise<unknown> => {
      const { data } = await REST.call(url, "getMessageContactDeletionStatus", {
        contactId: TOM,
      });
      return (data as { state: string }).state;
    };
    const { a, b } = replicas;
    for (const { url } of [a, b]) expect(await stateOn(url)).toBe("DELETED");
    replicas.emulator.control.reset();
    for (const { url } of [b, a]) {
      expect(await stateOn(url)).toBe("UNKNOWN");
      const events = await EventStream.open(url);
      expect(await events.until("UNKNOWN")).toBe(true);
    }
  });

  it("is polled by the second replica when the first is killed", async () => {
    const onA = await EventStream.open(replicas.a.url);
    await onA.until("IN_PROGRESS");
    const onB = await EventStream.open(replicas.b.url);
    await onB.until("IN_PROGRESS");
    await replicas.a.kill();
    replicas.emulator.control.advanceClock(60_000);
    expect(await onB.until("DELETED")).toBe(true);
    const status = await REST.call(
      replicas.b.url,
      "getMessageContactDeletionStatus",
      { contactId: TOM },
    );
    expect(status.data).toMatchObject({ state: "DELETED" });
  }, 60_000);
});

/** Event stream of one deletion, collected as text. */
class EventStream {
  private text = "";

  private constructor(response: Response) {
    void this.read(response);
  }

  static async open(url: string): Promise<EventStream> {
    return new EventStream(
      await fetch(`${url}/v1/message-contacts/${TOM}/deletion/events`),
    );
  }

  until(text: string): Promise<boolean> {
    return until(text, () => this.text.includes(text), 40_000);
  }

  private async read(response: Response): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body ?? []) {
        this.text += decoder.decode(chunk as Uint8Array, { stream: true });
      }
    } catch {
      // A killed replica aborts its streams.
    }
  }
}
