import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { gzipSync } from "node:zlib";
import { startBoth, type Running } from "../support/running.js";
import { fileOf, planOver, PLAN_APIS } from "../support/contacts-plan/plans.js";

const ANNA = {
  name: "anna",
  emailAddress: "anna@example.com",
  phoneNumber: "+8613900001234",
  title: "CEO",
  messageTypes: ["SECURITY_MESSAGE"],
  targets: ["/production/shop", "databases"],
};

const BERT = {
  ...ANNA,
  name: "bert",
  emailAddress: "bert@example.com",
  targets: [],
};

let running: Running;

beforeEach(async () => {
  running = await startBoth({ seed: "empty" });
});

afterEach(() => running.stop());

const writes = (): string[] =>
  running.emulator.control
    .calls()
    .map(({ action }) => action ?? "none")
    .filter((action) => !/^(?:Get|List)/.test(action));

const seeded = (): { name: string; bindings: string[] }[] =>
  running.emulator.control
    .snapshot()
    .seed.contacts.map(({ name, bindings = [] }) => ({
      name,
      bindings: bindings.map(({ targetId }) => String(targetId)),
    }));

describe.each(PLAN_APIS)("contacts as code over %s", (api) => {
  const { plan, apply } = planOver(api);

  it("plans additions, applies them, and then finds nothing to change", async () => {
    const input = { contacts: [ANNA, BERT] };
    const first = await plan(running, input);
    expect(first.changes.map(({ kind, name }) => [kind, name])).toEqual([
      ["ADD", "anna"],
      ["ADD", "bert"],
      ["BIND", "anna"],
    ]);
    expect(first.changes[0]?.verifications).toEqual(["EMAIL", "PHONE"]);
    expect(first.quota).toMatchObject({ contactsNow: 0, contactsAfter: 2 });
    expect(writes()).toEqual([]);
    const applied = await apply(running, input, first.digest);
    expect(applied).toMatchObject({ isComplete: true, code: null });
    expect(applied.results.map(({ status }) => status)).toEqual([
      "DONE",
      "DONE",
      "DONE",
    ]);
    expect(seeded()).toEqual([
      { name: "anna", bindings: ["1997968394350002", "fd-H3vLk9Bz2s"] },
      { name: "bert", bindings: [] },
    ]);
    expect(running.emulator.control.outbox()).toEqual([]);
    expect(await plan(running, input)).toMatchObject({
      isEmpty: true,
      problems: [],
    });
  });

  it("is rejected with the new plan when the state has changed", async () => {
    const input = { contacts: [ANNA] };
    const { digest } = await plan(running, input);
    await apply(running, { contacts: [BERT] }, null);
    await apply(running, input, null);
    const changed = { contacts: [{ ...ANNA, title: "OTHER" }] };
    const before = writes().length;
    const applied = await apply(running, changed, digest);
    expect(applied).toMatchObject({ code: "CHANGED_MEANWHILE", results: [] });
    expect(applied.plan?.changes).toMatchObject([
      {
        kind: "UPDATE",
        fields: [{ field: "TITLE", before: ["CEO"], after: ["OTHER"] }],
      },
    ]);
    expect(writes()).toHaveLength(before);
    const again = await apply(running, changed, applied.plan?.digest ?? "");
    expect(again.isComplete).toBe(true);
  });

  it("rejects a plan over the quota, and one with a problem, before the first write", async () => {
    const contacts = Array.from({ length: 21 }, (_, n) => ({
      ...BERT,
      name: `bert${String.fromCodePoint(97 + n)}`,
    }));
    const { digest, problems } = await plan(running, { contacts });
    expect(problems.map(({ code }) => code)).toEqual(["TOO_MANY_CONTACTS"]);
    expect(await apply(running, { contacts }, digest)).toMatchObject({
      code: "QUOTA_EXCEEDED",
    });
    const unknown = { contacts: [{ ...ANNA, targets: ["shops"] }] };
    const other = await plan(running, unknown);
    expect(other.problems).toMatchObject([
      {
        code: "UNKNOWN_TARGET",
        field: ["contacts", "0", "targets", "0"],
        message: "The directory has no folder or account shops.",
      },
    ]);
    expect(await apply(running, unknown, other.digest)).toMatchObject({
      code: "INVALID_INPUT",
    });
    expect(writes()).toEqual([]);
  });

  it("finds nothing to change while a new address waits for verification", async () => {
    running.emulator.control.seed("sample");
    const input = {
      contacts: [{ id: "c-D7eLz1oV5kMpX0Gt", name: "olga" }],
    };
    const { changes } = await plan(running, input);
    const name = changes[0]?.name ?? "olga";
    const moved = {
      contacts: [{ name, emailAddress: "olga.new@example.com" }],
    };
    expect(await apply(running, moved, null)).toMatchObject({
      isComplete: true,
    });
    expect(await plan(running, moved)).toMatchObject({
      isEmpty: true,
      waiting: [{ name, channels: ["EMAIL"] }],
    });
    expect(running.emulator.control.outbox()).toEqual([]);
  });

  it("deletes last, and only with prune", async () => {
    await apply(running, { contacts: [ANNA, BERT] }, null);
    const cleo = { ...BERT, name: "cleo", emailAddress: "cleo@example.com" };
    const input = { contacts: [cleo] };
    expect((await plan(running, input)).changes).toHaveLength(1);
    const pruned = { ...input, prune: true };
    const applied = await apply(running, pruned, null);
    expect(applied.results.map(({ kind }) => kind)).toEqual([
      "ADD",
      "DELETE",
      "DELETE",
    ]);
    expect(seeded().map(({ name }) => name)).toEqual(["cleo"]);
  });

  it("stops at a change with an unknown outcome, names it, and does not attempt the rest", async () => {
    const { control } = running.emulator;
    const input = { contacts: [BERT, ANNA] };
    const { digest } = await plan(running, input);
    control.addFault({
      operation: "AddMessageContact",
      effect: "cutBody",
      when: "after",
      skip: 1,
      times: 20,
    });
    control.addFault({
      operation: "ListMessageContacts",
      effect: "error",
      code: "NoPermission",
      skip: 1,
      times: 20,
    });
    const applied = await apply(running, input, digest);
    expect(applied.results.map(({ status, code }) => [status, code])).toEqual([
      ["DONE", null],
      ["FAILED", "OUTCOME_UNKNOWN"],
      ["NOT_ATTEMPTED", null],
    ]);
    control.clearFaults();
    expect(await apply(running, input, null)).toMatchObject({
      isComplete: true,
    });
    expect(seeded()).toHaveLength(2);
  });

  it("continues with the same idempotency key, and repeats no write", async () => {
    const { control } = running.emulator;
    control.addFault({
      operation: "AssociateMembers",
      effect: "error",
      code: "NoPermission",
      times: 1,
    });
    const input = { contacts: [ANNA, BERT] };
    const { digest } = await plan(running, input);
    const first = await apply(running, input, digest, "key-1");
    expect(first.results.map(({ status }) => status)).toEqual([
      "DONE",
      "DONE",
      "FAILED",
    ]);
    const second = await apply(running, input, digest, "key-1");
    expect(second.isComplete).toBe(true);
    expect(writes()).toEqual([
      "AddMessageContact",
      "AddMessageContact",
      "AssociateMembers",
      "AssociateMembers",
    ]);
  });

  it("reports all invalid fields with their positions", async () => {
    const contacts = [ANNA, { name: "b", emailAddress: "none" }];
    const { code, fields } = await apply(running, { contacts }, "x");
    expect(code).toBe("INVALID_INPUT");
    expect(fields).toEqual(
      expect.arrayContaining(["contacts.1.name", "contacts.1.emailAddress"]),
    );
  });
});

describe("files of contacts", () => {
  const CSV =
    "name,emailAddress,title,messageTypes,targets\nanna,anna@example.com,CEO,SECURITY_MESSAGE;FAULT_MESSAGE,shop\nbert,bert@example.com,OTHER,FAULT_MESSAGE,none\n";

  it.each([
    ["csv", "text/csv"],
    ["yaml", "application/yaml"],
    ["json", "application/json"],
  ])(
    "an export as %s that is imported again changes nothing",
    async (format, type) => {
      running.emulator.control.seed("sample");
      const file = await fetch(
        `${running.gateway.url}/v1/export?format=${format}`,
      );
      expect(file.headers.get("content-type")).toContain(type);
      const text = await file.text();
      expect(text).toContain("@example.com");
      const { status, body } = await fileOf(
        running,
        text,
        type,
        "dryRun=true&prune=true",
      );
      expect([status, body]).toMatchObject([
        200,
        { isEmpty: true, problems: [] },
      ]);
    },
  );

  it("imports a table, and plans only with dryRun", async () => {
    const dry = await fileOf(running, CSV, "text/csv", "dryRun=true");
    expect(dry.body).toMatchObject({ isEmpty: false });
    expect(dry.headers.get("etag")).toBe(`"${String(dry.body["digest"])}"`);
    expect(writes()).toEqual([]);
    const done = await fileOf(running, CSV, "text/csv; charset=UTF-8");
    expect([done.status, done.body]).toMatchObject([200, { isComplete: true }]);
    expect(seeded()).toHaveLength(2);
  });

  it("names the lines of invalid contacts and of problems", async () => {
    const rows = `${CSV}cleo,nobody,CEO,FAULT,shop\n`;
    const invalid = await fileOf(running, rows, "text/csv", "dryRun=true");
    expect(invalid.status).toBe(422);
    expect(invalid.body["errors"]).toMatchObject([
      { field: ["lines", "4", "emailAddress"] },
      { field: ["lines", "4", "messageTypes", "0"] },
    ]);
    const twice = `${CSV}anna,anna@example.com,CEO,FAULT_MESSAGE,nowhere\n`;
    const { body } = await fileOf(running, twice, "text/csv", "dryRun=true");
    expect(body["problems"]).toMatchObject([
      { code: "DUPLICATE_NAME", line: 4 },
    ]);
  });

  it("reads a file of 10,000 lines and says that it has too many contacts", async () => {
    const row = "anna,anna@example.com,CEO,FAULT_MESSAGE;SECURITY_MESSAGE,shop";
    const file = [
      "name,emailAddress,title,messageTypes,targets",
      ...Array.from({ length: 10_000 }, () => row),
    ].join("\n");
    const { status, body } = await fileOf(
      running,
      file,
      "text/csv",
      "dryRun=true",
    );
    expect(status).toBe(422);
    expect(body["errors"]).toMatchObject([{ field: ["lines", "1002"] }]);
    expect(JSON.stringify(body)).toContain("the 1000 contacts");
  });

  it("rejects other media types and encodings, and files that are too large", async () => {
    const text = await fileOf(running, CSV, "text/plain");
    expect(text.status).toBe(415);
    expect(text.headers.get("accept")).toBe(
      "application/json, text/csv, application/yaml",
    );
    expect((await fileOf(running, CSV, "text/csv; charset=gbk")).status).toBe(
      415,
    );
    const large = await fileOf(running, "x".repeat(3 << 20), "text/csv");
    expect(large.status).toBe(413);
    const packed = await fetch(`${running.gateway.url}/v1/import?dryRun=true`, {
      method: "POST",
      headers: { "content-type": "text/csv", "content-encoding": "gzip" },
      body: gzipSync(`${CSV}${"\n".repeat(1_500_000)}`),
    });
    await packed.body?.cancel();
    expect(packed.status).toBe(200);
    const elsewhere = await fetch(`${running.gateway.url}/v1/apply`, {
      method: "POST",
      headers: { "content-type": "text/csv" },
      body: CSV,
    });
    expect(elsewhere.status).toBe(415);
  });
});
