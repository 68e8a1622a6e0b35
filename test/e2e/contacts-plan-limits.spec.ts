import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { fileOf } from "../support/contacts-plan/plans.js";
import { startBoth, type Running } from "../support/running.js";
import { until } from "../support/until.js";

let running: Running;

beforeEach(async () => {
  running = await startBoth({ seed: "empty" });
});

afterEach(() => running.stop());

const letters = (n: number): string =>
  String(n).replace(/\d/g, (digit) => "abcdefghij"[Number(digit)] ?? "");

const contact = (n: number, targets: readonly string[] = []): object => ({
  name: `n${letters(n)}`,
  emailAddress: `n${n}@example.com`,
  title: "CEO",
  messageTypes: ["SECURITY_MESSAGE"],
  targets,
});

const jsonOf = (
  contacts: unknown,
  query = "dryRun=true",
): ReturnType<typeof fileOf> =>
  fileOf(running, JSON.stringify({ contacts }), "application/json", query);

describe("a plan with strange targets", () => {
  it("reports an id that the vendor does not accept as an unknown target", async () => {
    const targets = ["fd-x", "fd-0000000000", "rd-x", "r-x", "00000000001"];
    const { status, body } = await jsonOf([contact(1, targets)]);
    expect(status).toBe(200);
    expect(body["problems"]).toMatchObject(
      targets.map((_, at) => ({
        code: "UNKNOWN_TARGET",
        field: ["contacts", "0", "targets", String(at)],
      })),
    );
  });

  it("is too costly with more unknown folders than calls that a request may make", async () => {
    const contacts = [0, 1, 2].map((n) =>
      contact(
        n,
        Array.from(
          { length: 50 },
          (_, at) => `fd-${n}${String(at).padStart(9, "0")}`,
        ),
      ),
    );
    const { status, body } = await jsonOf(contacts);
    expect([status, body["code"]]).toEqual([422, "REQUEST_TOO_COSTLY"]);
    const actions = running.emulator.control.calls().map((one) => one.action);
    expect(actions).not.toContain("GetFolder");
  });

  it("reports at most 100 problems", async () => {
    const contacts = Array.from({ length: 20 }, (_, n) =>
      contact(
        n,
        Array.from({ length: 50 }, (__, at) => `rd-${n}x${at}`),
      ),
    );
    const { body } = await jsonOf(contacts);
    expect(body["problems"]).toHaveLength(100);
  });
});

describe("a full directory", () => {
  it("says how to replace a contact, and the two steps work", async () => {
    const old = Array.from({ length: 20 }, (_, n) => contact(n));
    expect((await jsonOf(old, "")).status).toBe(200);
    const kept = old.slice(1);
    const wanted = [...kept, contact(99)];
    const { status, body } = await jsonOf(wanted, "prune=true");
    expect([status, body["code"]]).toEqual([409, "QUOTA_EXCEEDED"]);
    expect(body["detail"]).toContain(
      "Deletions come last, so the directory would have 21 contacts before them; the quota is 20. Apply the input in two steps: first without its new contacts (njj), which deletes na; then the whole input.",
    );
    expect((await jsonOf(kept, "prune=true")).status).toBe(200);
    expect((await jsonOf(wanted, "prune=true")).status).toBe(200);
    const { contacts } = running.emulator.control.snapshot().seed;
    expect(contacts.map(({ name }) => name)).toContain("njj");
    expect(contacts).toHaveLength(20);
  });
});

describe("an import", () => {
  it.each(["null", "5", '"text"', "[]", "[[]]"])("rejects %s", async (text) => {
    const { status } = await fileOf(running, text, "application/json");
    expect(status).toBe(422);
  });

  it("states its own limit for a body that is too large", async () => {
    const file = "x".repeat(3 << 20);
    const { status, body } = await fileOf(running, file, "text/csv");
    expect([status, body["detail"]]).toEqual([
      413,
      expect.stringContaining("2 MiB to /v1/plan and /v1/import"),
    ]);
  });
});

describe("an apply whose client is gone", () => {
  it("stops after the running change, and continues with the same key", async () => {
    const { control } = running.emulator;
    const contacts = Array.from({ length: 6 }, (_, n) => contact(n));
    const adds = (): number =>
      control.calls().filter(({ action }) => action === "AddMessageContact")
        .length;
    const apply = (signal?: AbortSignal): Promise<Response> =>
      fetch(`${running.gateway.url}/v1/apply`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "if-match": "*",
          "idempotency-key": "gone",
        },
        body: JSON.stringify({ contacts }),
        ...(signal === undefined ? {} : { signal }),
      });
    control.addFault({
      operation: "AddMessageContact",
      effect: "delay",
      ms: 200,
      times: null,
    });
    const abort = new AbortController();
    const gone = apply(abort.signal).catch(() => "gone");
    await until("a change runs", () => adds() >= 2);
    abort.abort();
    expect(await gone).toBe("gone");
    control.clearFaults();
    // While the first request makes its last change, that change is in progress.
    await until("all changes are made", async () => {
      const { status } = await apply();
      return status === 200;
    });
    expect(control.snapshot().seed.contacts).toHaveLength(6);
    const written = control.calls().filter(({ effects }) => effects > 0);
    expect(written).toHaveLength(6);
  });
});
