import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { EMPTY_SEED } from "../../src/emulator/contacts/seeds.js";
import { checkRecord } from "../bench/economy/check-record.js";
import { benchContacts, seedContacts } from "../bench/economy/directory.js";
import { figuresOf } from "../bench/economy/figures.js";
import { Mix } from "../bench/economy/mix.js";
import { openLoad } from "../bench/economy/open-load.js";
import type { RecordedRequest } from "../bench/economy/record.js";
import { startBoth, type Running } from "../support/running.js";

const API = { hasRest: true, hasRetryAfter: true };

describe("the benchmark under the vendor's rate", () => {
  const contacts = benchContacts();
  let running: Running;
  let record: RecordedRequest[];

  beforeAll(async () => {
    running = await startBoth(
      { settings: { callsPerSecond: 20 } },
      {
        READ_CACHE_MS: "1000",
        UPSTREAM_CALLS_PER_SECOND: "20",
        VERIFICATION_COOLDOWN_SECONDS: "0",
      },
    );
    running.emulator.control.seed({
      ...EMPTY_SEED,
      contacts: seedContacts(contacts),
    });
    const target = { origins: [running.gateway.url], headers: {} };
    record = await openLoad(target, new Mix(contacts, API, "test"), 50, 1);
  });
  afterAll(() => running.stop());

  it("sends the shares of the mix, and each request is answered completely", () => {
    const countOf = (...kinds: string[]): number =>
      record.filter(({ kind }) => kinds.includes(kind)).length;
    expect(countOf("page")).toBe(30);
    expect(countOf("list")).toBe(10);
    expect(countOf("single")).toBe(5);
    expect(countOf("name", "address", "message")).toBe(5);
    const figures = figuresOf(record, running.emulator.control.calls());
    expect(figures).toMatchObject({
      complete: 100,
      changesDone: 5,
      throttled: 0,
      reasons: {},
    });
    expect(figures.mostCalls["UpdateMessageContact"]).toBeGreaterThan(0);
  });

  it("finds no violation in the history, and checks every value", () => {
    const { reads, values, violations } = checkRecord(contacts, record);
    expect(violations).toEqual([]);
    expect(reads).toBe(45);
    // A page has a name and a pending address, a list 20 names.
    expect(values).toBe(30 * 2 + 10 * 20 + 5);
  });

  it("finds a value that a completed change had replaced before the read", () => {
    const changed = record.find(({ kind }) => kind === "name");
    const { contactId = "" } = changed?.change ?? {};
    const endedAtMs = changed?.endedAtMs ?? Number.NaN;
    const page = record.find(({ kind }) => kind === "page");
    if (page === undefined) throw new Error("the record has no page");
    const stale: RecordedRequest = {
      ...page,
      startedAtMs: endedAtMs + 1,
      endedAtMs: endedAtMs + 2,
      seen: contacts.filter((one) => one.contactId === contactId),
    };
    expect(checkRecord(contacts, [...record, stale]).violations).toEqual([
      expect.stringContaining(contactId),
    ]);
  });

  it("finds a value that was never set", () => {
    const invented = record.map((one) =>
      one.kind === "single"
        ? {
            ...one,
            seen: one.seen.map((seen) => ({ ...seen, name: "nobody" })),
          }
        : one,
    );
    expect(checkRecord(contacts, invented).violations).toHaveLength(5);
  });
});
