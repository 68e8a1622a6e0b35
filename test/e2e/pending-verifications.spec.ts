import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { BEN, MARTA, TOM } from "../support/emulator-fixture.js";
import { EventReader } from "../support/event-stream.js";
import { actionsOf, graphql } from "../support/graphql.js";
import { startBoth, type Running } from "../support/running.js";

let running: Running;

// Each test has a gateway of its own, which remembers no message of another test.
beforeEach(async () => {
  running = await startBoth();
});

afterEach(() => running.stop());

interface Item {
  readonly contactId: string;
  readonly channel: string;
  readonly target: string;
  readonly firstSeenAt: string;
  readonly lastSentAt: string | null;
  readonly unreceivedMessageTypes: readonly string[];
  readonly contact: { readonly name: string };
}

interface Report {
  readonly totalCount: number;
  readonly items: readonly Item[];
}

interface Results {
  readonly isComplete: boolean;
  readonly results: readonly {
    readonly contactId: string;
    readonly channel: string;
    readonly status: string;
    readonly sentAt: string | null;
    readonly code: string | null;
  }[];
}

interface Api {
  readonly name: string;
  readonly report: (args?: Record<string, string | number>) => Promise<Report>;
  readonly send: (items: unknown) => Promise<Results>;
}

const SELECTION =
  "totalCount items { contactId channel target firstSeenAt lastSentAt unreceivedMessageTypes contact { name } }";

const APIS: readonly Api[] = [
  {
    name: "GraphQL",
    report: async (args = {}) => {
      const { data, errors } = await graphql<{ pendingVerifications: Report }>(
        running,
        `query ($channel: VerificationChannel, $olderThanSeconds: Int) { pendingVerifications(channel: $channel, olderThanSeconds: $olderThanSeconds) { ${SELECTION} } }`,
        args,
      );
      expect(errors).toBeUndefined();
      return data.pendingVerifications;
    },
    send: async (items) => {
      const { data } = await graphql<{
        sendVerifications: {
          isComplete: boolean;
          results: readonly (Omit<Results["results"][number], "code"> & {
            errors: readonly { code: string }[];
          })[];
        };
      }>(
        running,
        "mutation ($items: [SendVerificationInput!]!) { sendVerifications(items: $items) { isComplete results { contactId channel status sentAt errors { code } } errors { code } } }",
        { items },
      );
      const { isComplete, results } = data.sendVerifications;
      return {
        isComplete,
        results: results.map(({ errors, ...result }) => ({
          ...result,
          code: errors[0]?.code ?? null,
        })),
      };
    },
  },
  {
    name: "REST",
    report: async (args = {}) => {
      const query = new URLSearchParams(
        Object.entries(args).map(([name, value]): [string, string] => [
          name,
          String(value),
        ]),
      );
      const response = await fetch(
        `${running.gateway.url}/v1/pending-verifications?${query.toString()}`,
      );
      expect(response.status).toBe(200);
      return (await response.json()) as Report;
    },
    send: async (items) => {
      const response = await fetch(
        `${running.gateway.url}/v1/pending-verifications/send`,
        {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ items }),
        },
      );
      const { isComplete, results } = (await response.json()) as {
        isComplete: boolean;
        results: readonly (Results["results"][number] & {
          problem: { code: string } | null;
        })[];
      };
      expect(response.status).toBe(isComplete ? 200 : 207);
      return {
        isComplete,
        results: results.map((result) => ({
          contactId: result.contactId,
          channel: result.channel,
          status: result.status,
          sentAt: result.sentAt,
          code: result.problem?.code ?? null,
        })),
      };
    },
  },
];

const outbox = () => running.emulator.control.outbox();

describe.each(APIS)("pending verifications over $name", ({ report, send }) => {
  it("are those of every contact of the directory, with the contact", async () => {
    const { items, totalCount } = await report();
    expect(totalCount).toBe(items.length);
    const ids = new Set(items.map(({ contactId }) => contactId));
    expect([...ids]).toEqual(expect.arrayContaining([MARTA, BEN]));
    expect(ids).not.toContain(TOM);
    expect(items.find(({ contactId }) => contactId === MARTA)).toMatchObject({
      channel: "EMAIL",
      lastSentAt: null,
      // Marta is active, so she receives her messages at her old address.
      unreceivedMessageTypes: [],
      contact: { name: "Marta" },
    });
  });

  it("can be limited to a channel and to an age", async () => {
    const { items } = await report({ channel: "PHONE" });
    expect(new Set(items.map(({ channel }) => channel))).toEqual(
      new Set(["PHONE"]),
    );
    expect((await report({ olderThanSeconds: 3_600 })).items).toEqual([]);
  });

  it("keep the time at which they were first seen, and that of the last message", async () => {
    const before = await report();
    const { isComplete } = await send([{ contactId: BEN, channel: "EMAIL" }]);
    expect(isComplete).toBe(true);
    const after = await report();
    const isBens = ({ contactId, channel }: Item): boolean =>
      contactId === BEN && channel === "EMAIL";
    expect(after.items.find(isBens)).toMatchObject({
      firstSeenAt: before.items.find(isBens)?.firstSeenAt,
      lastSentAt: expect.any(String) as unknown,
    });
  });

  it("get a message each, and each error belongs to its item", async () => {
    const before = outbox().length;
    const sent = await send([
      { contactId: BEN, channel: "EMAIL" },
      { contactId: TOM, channel: "EMAIL" },
      { contactId: "c-doesNotExist0000", channel: "PHONE" },
      { contactId: BEN, channel: "PHONE" },
    ]);
    expect(sent.isComplete).toBe(false);
    expect(sent.results.map(({ status, code }) => [status, code])).toEqual([
      ["DONE", null],
      ["FAILED", "VERIFICATION_NOT_PENDING"],
      ["FAILED", "CONTACT_NOT_FOUND"],
      ["DONE", null],
    ]);
    expect(outbox().length - before).toBe(2);
  });

  it("get no second message within the cool-down", async () => {
    const items = [{ contactId: BEN, channel: "EMAIL" }];
    await send(items);
    const again = await send(items);
    expect(again.results[0]).toMatchObject({
      status: "FAILED",
      code: "VERIFICATION_LIMIT",
    });
  });

  it("stop at an unknown outcome, and name what was not attempted", async () => {
    running.emulator.control.addFault({
      operation: "SendEmailVerificationForMessageContact",
      effect: "reset",
      when: "after",
    });
    const { results } = await send([
      { contactId: BEN, channel: "EMAIL" },
      { contactId: BEN, channel: "PHONE" },
    ]);
    expect(results.map(({ status, code }) => [status, code])).toEqual([
      ["FAILED", "OUTCOME_UNKNOWN"],
      ["NOT_ATTEMPTED", null],
    ]);
  });

  it("cost one call for the list and one for each contact", async () => {
    const actions = await actionsOf(running, () => report());
    const counts = new Map<string, number>();
    for (const one of actions) counts.set(one, (counts.get(one) ?? 0) + 1);
    expect(counts.get("ListMessageContacts")).toBe(1);
    expect([...counts.keys()].sort()).toEqual([
      "ListMessageContactVerifications",
      "ListMessageContacts",
    ]);
  });

  it("are not reported when one read fails", async () => {
    running.emulator.control.addFault({
      operation: "ListMessageContactVerifications",
      effect: "error",
      code: "Forbidden.RAM",
    });
    await expect(report()).rejects.toThrow();
  });
});

describe("the status of a contact", () => {
  it("is streamed until the contact is active", async () => {
    const url = `${running.gateway.url}/v1/message-contacts/${TOM}/status/events`;
    const events = await new EventReader(await fetch(url)).rest();
    expect(events.map(({ event }) => event)).toEqual([undefined, "complete"]);
    expect(JSON.parse(events[0]?.data ?? "")).toMatchObject({
      contactId: TOM,
      status: "ACTIVE",
      isFinal: true,
    });
  });

  it("is not streamed again to a client that has the last one", async () => {
    const url = `${running.gateway.url}/v1/message-contacts/${TOM}/status/events`;
    const response = await fetch(url, {
      headers: { "last-event-id": "final.Active" },
    });
    expect(response.status).toBe(204);
  });
});
