import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { randomUUID } from "node:crypto";
import { buildGateway } from "../support/gateway-process.js";
import { hasRedisServer } from "../support/redis-server.js";
import { Replicas } from "../support/replicas.js";
import { until } from "../support/until.js";

/** Bound to two accounts. */
const OLGA = "c-D7eLz1oV5kMpX0Gt";
/** Bound to nothing. */
const CHEN = "c-H4nUc6jS8wFiB2Ry";
const TARGETS = ["1997968394350002", "1997968394350003"];

/** Longer than any test. */
const HELD_MS = 3_600_000;

const describeHere = hasRedisServer() ? describe : describe.skip;

interface Answer {
  readonly code?: string;
  readonly isComplete?: boolean;
  readonly results?: readonly { readonly kind: string; status: string }[];
}

describeHere("replaceMessageContact on two replicas", () => {
  let replicas: Replicas;

  beforeAll(async () => {
    replicas = await Replicas.start(
      buildGateway(),
      {},
      // A key is taken over 10 seconds after the deadline of its owner.
      { WRITE_DEADLINE_MS: "6000" },
    );
  }, 180_000);
  afterAll(() => replicas.stop());

  const replace = async (url: string, key: string): Promise<Answer> => {
    const response = await fetch(`${url}/v1/message-contacts/${OLGA}/replace`, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": key },
      body: JSON.stringify({ replacementId: CHEN, force: true }),
    });
    return (await response.json()) as Answer;
  };

  const targetsOf = (id: string): unknown => {
    const { contacts } = replicas.emulator.control.snapshot().seed;
    const contact = contacts.find(({ contactId }) => contactId === id);
    return contact?.bindings?.map(({ targetId }) => targetId) ?? null;
  };

  it.each([
    ["ListMessageContacts", "before"],
    ["AssociateMembers", "before"],
    ["AssociateMembers", "after"],
    ["GetMessageContact", "before"],
    ["DeleteMessageContact", "before"],
    ["DeleteMessageContact", "after"],
  ] as const)(
    "is completed by the other replica when the first one is killed at %s, %s it is carried out",
    async (operation, when) => {
      const { control } = replicas.emulator;
      control.reset();
      control.addFault({ operation, effect: "delay", when, ms: HELD_MS });
      const key = randomUUID();
      const first = replace(replicas.a.url, key).catch(() => null);
      await until("the vendor has the call", () =>
        control
          .calls()
          .some(
            ({ action, executed }) =>
              action === operation && (when === "before" || executed),
          ),
      );
      await replicas.a.kill();
      expect(await first).toBeNull();
      control.clearFaults();
      control.advanceClock(HELD_MS);
      const answer = await until(
        "the other replica completes the replacement",
        async () => {
          const repeated = await replace(replicas.b.url, key);
          return repeated.isComplete === true ? repeated : null;
        },
        60_000,
      );
      expect(answer.results?.map(({ kind, status }) => [kind, status])).toEqual(
        [
          ["BIND", "DONE"],
          ["DELETE", "DONE"],
        ],
      );
      expect(targetsOf(OLGA)).toBeNull();
      expect(targetsOf(CHEN)).toEqual(TARGETS);
      await replicas.replace(0);
    },
    120_000,
  );
});
