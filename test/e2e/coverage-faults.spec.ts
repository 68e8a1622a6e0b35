import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { FaultInput } from "../../src/emulator/faults/faults.js";
import { COVERAGE_APIS } from "../support/coverage-apis.js";
import { startBoth, type Running } from "../support/running.js";

const FRESH = { "cache-control": "no-cache" };

/** What a report may end in when a read fails. Never a report without the failed part. */
const FAILURES = [
  "UPSTREAM_DENIED",
  "UPSTREAM_THROTTLED",
  "UPSTREAM_UNAVAILABLE",
];

const READS = ["GetResourceDirectory", "ListAccounts", "ListMessageContacts"];

const EFFECTS: readonly FaultInput[] = [
  { effect: "reset", when: "before" },
  { effect: "cutBody", when: "after" },
  { effect: "badJson", when: "after" },
  { effect: "html", when: "after" },
  { effect: "empty", when: "after" },
  { effect: "noCode", when: "after" },
  { effect: "emptyObject", when: "after" },
  { effect: "status503", when: "before" },
  { effect: "throttle", ms: 10 },
  { effect: "wrongShape" },
  { effect: "protoKey" },
  { effect: "wrongId" },
  { effect: "xml" },
  { effect: "error", code: "NoPermission" },
  { effect: "error", code: "InternalError" },
];

let running: Running;

beforeEach(async () => {
  running = await startBoth({ seed: "sample" }, { READ_CACHE_MS: "1000" });
  running.emulator.control.resizeDirectory({ accounts: 250, folders: 20 });
});

afterEach(() => running.stop());

/** Adds copies of a contact until the directory has so many. */
function seedContacts(count: number): void {
  const { control } = running.emulator;
  const { seed } = control.snapshot();
  const [first] = seed.contacts;
  if (first === undefined) throw new Error("no contact");
  const letters = [..."abcdefghijklmnop"];
  const copies = letters.flatMap((one) => letters.map((two) => one + two));
  const more = copies.slice(0, count - seed.contacts.length).map((name) => ({
    ...first,
    contactId: `c-more${name}`,
    name: `m${name}`,
  }));
  control.seed({ ...seed, contacts: [...seed.contacts, ...more] });
}

describe.each(COVERAGE_APIS)("a report over $name", (api) => {
  const args = { onlyGaps: false, pageSize: 1_000, minRecipients: 2 };
  const report = () => api.coverage(running.gateway.url, args, FRESH);

  it.each(READS)(
    "is complete or fails, whatever %s answers, once or always",
    async (operation) => {
      const { control } = running.emulator;
      const { data: expected } = await report();
      expect(expected?.totalCount).toBe(250);
      for (const fault of EFFECTS) {
        for (const skip of [0, 1]) {
          for (const times of [1, null]) {
            control.clearFaults();
            control.addFault({ ...fault, operation, skip, times });
            const { code, data } = await report();
            const outcome = code === "OK" ? data : code;
            expect({ fault, skip, times, outcome }).toEqual({
              fault,
              skip,
              times,
              outcome: code === "OK" ? expected : expect.any(String),
            });
            if (code !== "OK") expect(FAILURES).toContain(code);
          }
        }
      }
    },
    120_000,
  );

  it.each([
    ["repeatRow", "ListAccounts"],
    ["skipRow", "ListAccounts"],
    ["repeatRow", "ListMessageContacts"],
    ["skipRow", "ListMessageContacts"],
  ] as const)(
    "reads again when %s concerns %s once, and fails when it does so always",
    async (effect, operation) => {
      const { control } = running.emulator;
      seedContacts(120);
      const { data: expected } = await report();
      control.addFault({ effect, operation, skip: 1, times: 1 });
      expect((await report()).data).toEqual(expected);
      control.clearFaults();
      control.addFault({ effect, operation, times: null });
      expect((await report()).code).toBe("UPSTREAM_UNAVAILABLE");
    },
  );

  it.each([
    { leave: ["1997968394350002"] },
    { join: [{ accountId: "42", name: "new" }] },
  ])(
    "is consistent when accounts change between two pages (%j)",
    async (change) => {
      const { control } = running.emulator;
      control.changeDirectory({
        ...change,
        before: { operation: "ListAccounts", skip: 1 },
      });
      const { code, data } = await report();
      expect(code).toBe("OK");
      const ids = data?.items.map(({ accountId }) => accountId) ?? [];
      expect(new Set(ids).size).toBe(data?.totalCount);
      expect(data?.summary.accounts).toBe(data?.totalCount);
    },
  );

  it("needs at most 32 calls for 3,000 accounts and 20 contacts", async () => {
    const { control } = running.emulator;
    control.resizeDirectory({ accounts: 3_000, folders: 100 });
    seedContacts(20);
    control.clearCalls();
    const { data } = await report();
    expect(data?.summary.accounts).toBe(3_000);
    const actions = control.calls().map(({ action }) => action);
    expect(actions.length).toBeLessThanOrEqual(32);
    expect(new Set(actions)).toEqual(new Set(READS));
    // A second report within 60 seconds reads at most the contacts again.
    control.clearCalls();
    await api.coverage(running.gateway.url, args);
    const again = control.calls().map(({ action }) => action);
    expect(again.filter((one) => one !== "ListMessageContacts")).toEqual([]);
  });
});
