import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import {
  contacts,
  contactsIn,
  type Ended,
} from "../support/contacts-plan/contacts-command.js";
import { MARTA, TOM } from "../support/emulator-fixture.js";
import { startBoth, type Running } from "../support/running.js";

let running: Running;

beforeEach(async () => {
  running = await startBoth({ seed: "sample" });
  process.env["GATEWAY_URL"] = running.gateway.url;
});

afterEach(async () => {
  delete process.env["GATEWAY_URL"];
  await running.stop();
});

/** Items of `pending --json`. */
function itemsIn({ out }: Ended): readonly Record<string, unknown>[] {
  return (JSON.parse(out) as { items: Record<string, unknown>[] }).items;
}

describe("contacts pending", () => {
  it("lists what is pending, with targets only with --personal", async () => {
    const people = await contacts("pending");
    expect([people.code, people.err]).toEqual([0, ""]);
    expect(people.out).toContain(`Marta  ${MARTA}`);
    expect(people.out).toContain("never sent");
    const json = await contacts("pending", "--json");
    const items = itemsIn(json);
    expect(items.length).toBeGreaterThan(1);
    expect(people.out).toContain(`\n${items.length} pending.\n`);
    for (const { out } of [people, json]) {
      expect(out).not.toMatch(/@|139\d{8}/);
    }
    const personal = await contacts("pending", "--json", "--personal");
    expect(itemsIn(personal)).toContainEqual(
      expect.objectContaining({
        contactId: MARTA,
        name: "Marta",
        channel: "EMAIL",
        target: "marta.new@example.com",
      }),
    );
    expect((await contacts("pending", "--personal")).out).toContain(
      "marta.new@example.com",
    );
  });

  it("exits with 2 with --fail-on-pending, unless nothing is that old", async () => {
    expect((await contacts("pending", "--fail-on-pending")).code).toBe(2);
    const old = await contacts("pending", "--older", "7d", "--fail-on-pending");
    expect(old).toEqual({ code: 0, out: "0 pending.\n", err: "" });
    const all = await contacts("pending", "--older", "0s", "--fail-on-pending");
    expect(all.code).toBe(2);
  });

  it("lists one channel with --channel", async () => {
    const phone = itemsIn(
      await contacts("pending", "--channel", "PHONE", "--json"),
    );
    const email = itemsIn(
      await contacts("pending", "--channel", "EMAIL", "--json"),
    );
    const channels = [...phone, ...email].map(({ channel }) => channel);
    expect(new Set(channels)).toEqual(new Set(["PHONE", "EMAIL"]));
    expect(phone.every(({ channel }) => channel === "PHONE")).toBe(true);
  });

  it.each([
    ["--older", "7"],
    ["--older", "soon"],
    ["--channel", "email"],
  ])("exits with 1 for %s %s, without an upstream call", async (...args) => {
    running.emulator.control.clearCalls();
    const { code, out } = await contacts("pending", ...args);
    expect([code, out]).toEqual([1, ""]);
    expect(running.emulator.control.calls()).toEqual([]);
  });
});

async function startDeletion(id: string): Promise<void> {
  const url = `${running.gateway.url}/v1/message-contacts/${id}?retainContactInMembers=false`;
  const response = await fetch(url, { method: "DELETE" });
  expect(response.status).toBe(202);
  await response.text();
}

describe("contacts watch-deletion", () => {
  it("prints each state until the contact is deleted, and exits with 0", async () => {
    await startDeletion(TOM);
    const ended = await contactsIn(
      {
        onOut: (text) => {
          if (text.startsWith("IN_PROGRESS")) {
            running.emulator.control.advanceClock(60_000);
          }
        },
      },
      "watch-deletion",
      TOM,
    );
    expect([ended.code, ended.err]).toEqual([0, ""]);
    expect(ended.out).toMatch(/^IN_PROGRESS\n[^]*DELETED\n/);
  });

  it("exits with 1 for a failed deletion, and names the accounts", async () => {
    const failures = [
      { AccountId: "1997968394350002", MessageTypes: ["SecurityMessage"] },
    ];
    running.emulator.control.failDeletions({ failures });
    await startDeletion(TOM);
    running.emulator.control.advanceClock(60_000);
    const { code, out } = await contacts("watch-deletion", TOM);
    expect(code).toBe(1);
    expect(out).toContain("1997968394350002  SECURITY_MESSAGE\n");
    const json = await contacts("watch-deletion", TOM, "--json");
    expect(JSON.parse(json.out)).toMatchObject({
      state: "FAILED",
      failures: [{ accountId: "1997968394350002" }],
    });
  });

  it("exits with 1 for a contact without a deletion, and without an ID", async () => {
    const unknown = await contacts("watch-deletion", "c-neverExistedHere0");
    expect(unknown).toMatchObject({ code: 1, err: "" });
    expect(unknown.out).toContain("UNKNOWN\n");
    const invalid = await contacts("watch-deletion", "tom");
    expect(invalid.code).toBe(1);
    expect(invalid.err).not.toBe("");
    expect((await contacts("watch-deletion")).code).toBe(1);
  });

  it("continues after the last state when the connection is lost", async () => {
    const lastIds: unknown[] = [];
    const state = (name: string): string =>
      `id: ${name}\ndata: ${JSON.stringify({ state: name, advice: null, failures: [], problem: null })}\n\n`;
    const server = createServer((request, response) => {
      lastIds.push(request.headers["last-event-id"]);
      response.writeHead(200, { "content-type": "text/event-stream" });
      if (lastIds.length === 1) {
        response.write(`: comment\n\n${state("IN_PROGRESS")}`, () =>
          response.destroy(),
        );
      } else {
        response.end(`${state("DELETED")}event: complete\ndata: \n\n`);
      }
    });
    await new Promise<void>((resolve) =>
      server.listen(0, "127.0.0.1", resolve),
    );
    const { port } = server.address() as AddressInfo;
    process.env["GATEWAY_URL"] = `http://127.0.0.1:${port}`;
    try {
      expect(await contacts("watch-deletion", TOM)).toEqual({
        code: 0,
        out: "IN_PROGRESS\nDELETED\n",
        err: "",
      });
      expect(lastIds).toEqual([undefined, "IN_PROGRESS"]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
