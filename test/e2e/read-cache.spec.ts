import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import { readConfig } from "../../src/config/read-config.js";
import { startGateway, type ProbedGateway } from "../../src/gateway.js";
import { APIS, REST } from "../support/apis.js";
import { BEN, MARTA, TOM } from "../support/emulator-fixture.js";
import { scraped } from "../support/metrics.js";
import { readWhileChanging } from "../support/read-while-changing.js";
import { environmentFor, startBoth, type Running } from "../support/running.js";

/** So long that no entry expires during a test. */
const ON = { READ_CACHE_MS: "60000" };

describe("the read cache", () => {
  let running: Running;

  beforeAll(async () => {
    running = await startBoth({}, ON);
  });
  beforeEach(async () => {
    running.emulator.control.reset();
    // A change of each contact removes what earlier tests have read.
    for (const contactId of [TOM, BEN, MARTA]) {
      await REST.call(running.gateway.url, "updateMessageContact", {
        contactId,
        title: "CEO",
      });
    }
    running.emulator.control.clearCalls();
  });
  afterAll(() => running.stop());

  const actions = (): (string | null)[] =>
    running.emulator.control.calls().map(({ action }) => action);

  const get = (headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${running.gateway.url}/v1/message-contacts/${TOM}`, { headers });

  it("answers both APIs from one call", async () => {
    for (const api of [...APIS, ...APIS]) {
      const { code } = await api.call(
        running.gateway.url,
        "getMessageContact",
        { contactId: TOM },
      );
      expect(code).toBe("OK");
    }
    expect(actions()).toEqual(["GetMessageContact"]);
  });

  it("reports the age over REST, and not for current data", async () => {
    expect((await get()).headers.get("age")).toBeNull();
    expect((await get()).headers.get("age")).toBe("1");
  });

  it.each(["no-cache", "max-age=0", "no-store", "private, no-cache"])(
    "is bypassed by a request with Cache-Control: %s",
    async (value) => {
      await get();
      const current = await get({ "cache-control": value });
      expect(current.headers.get("age")).toBeNull();
      expect(actions()).toHaveLength(2);
    },
  );

  it("shows each change at once", async () => {
    await get();
    const { url } = running.gateway;
    await REST.call(url, "updateMessageContact", {
      contactId: TOM,
      name: "Tomas",
    });
    expect(await (await get()).json()).toMatchObject({ name: "Tomas" });
    await REST.call(url, "associateMembers", {
      contactId: TOM,
      targetIds: ["fd-Qm81rWc5Xe"],
    });
    const { bindings } = (await (await get()).json()) as {
      bindings: { targetId: string }[];
    };
    expect(bindings.map(({ targetId }) => targetId)).toContain("fd-Qm81rWc5Xe");
    await REST.call(url, "deleteMessageContact", { contactId: TOM });
    expect((await get()).status).toBe(404);
  });

  it("shows an added contact in a list at once", async () => {
    const list = async (): Promise<number> => {
      const { data } = await REST.call(
        running.gateway.url,
        "listMessageContacts",
        {},
      );
      return (data as { totalCount: number }).totalCount;
    };
    const before = await list();
    await REST.call(running.gateway.url, "addMessageContact", {
      name: "neo",
      emailAddress: "neo@example.com",
      title: "CEO",
      messageTypes: ["FAULT_MESSAGE"],
    });
    expect(await list()).toBe(before + 1);
  });

  it("makes one list call for ten contacts by alias, and states what was saved", async () => {
    const list = (await (
      await fetch(`${running.gateway.url}/v1/message-contacts`, {
        headers: { "cache-control": "no-cache" },
      })
    ).json()) as { items: { id: string; name: string }[] };
    running.emulator.control.clearCalls();
    const fields = list.items.map(
      ({ id }, at) => `a${at}: messageContact(id: "${id}") { name }`,
    );
    const ask = async (): Promise<{ data: object; extensions: object }> => {
      const response = await fetch(`${running.gateway.url}/graphql`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "cache-control": "no-cache",
          "x-cost": "1",
        },
        body: JSON.stringify({ query: `{ ${fields.join(" ")} }` }),
      });
      return (await response.json()) as { data: object; extensions: object };
    };
    const { data, extensions } = await ask();
    expect(Object.values(data)).toEqual(
      list.items.map(({ name }) => ({ name })),
    );
    expect(actions()).toEqual(["ListMessageContacts"]);
    expect(extensions).toMatchObject({
      cost: {
        upstreamCalls: 1,
        requestedCalls: 10,
        savedCalls: { cache: 0, inFlight: 0, list: 9 },
        ageMs: 0,
      },
    });
  });

  it("counts requested and saved calls in the metrics", async () => {
    const { opsUrl } = running.gateway;
    const name = "message_contacts_upstream_calls";
    const requested = `${name}_requested_total{operation="getMessageContact"}`;
    const saved = `${name}_saved_total{operation="getMessageContact",source="cache"}`;
    const before = await scraped(opsUrl);
    for (let n = 0; n < 3; n += 1) await get();
    const after = await scraped(opsUrl);
    const increaseOf = (metric: string): number =>
      (after.get(metric) ?? 0) - (before.get(metric) ?? 0);
    expect(increaseOf(requested)).toBe(3);
    expect(increaseOf(saved)).toBe(2);
  });
});

describe("concurrent reads and changes", () => {
  let running: Running;
  let elsewhere: ProbedGateway;

  beforeAll(async () => {
    running = await startBoth({}, { READ_CACHE_MS: "1000" });
    elsewhere = await startGateway(
      readConfig(environmentFor(running.emulator.url)),
    );
  });
  afterAll(async () => {
    await elsewhere.close();
    await running.stop();
  });

  it("never return a value from before a change, or older than the reported age", async () => {
    const result = await readWhileChanging(
      { replicas: [running.gateway.url], elsewhere: elsewhere.url },
      60,
    );
    expect(result.violations).toEqual([]);
    expect(result.aged).toBeGreaterThan(result.reads / 10);
  }, 120_000);
});

describe("reads beyond the vendor's rate", () => {
  it("are answered completely, and none is throttled by the vendor", async () => {
    const running = await startBoth(
      { settings: { callsPerSecond: 20 } },
      { READ_CACHE_MS: "1000", UPSTREAM_CALLS_PER_SECOND: "20" },
    );
    try {
      const list = (await (
        await fetch(`${running.gateway.url}/v1/message-contacts?pageSize=100`)
      ).json()) as { items: { id: string }[] };
      const ids = list.items.map(({ id }) => id);
      const answers = await Promise.all(
        Array.from({ length: 400 }, async (_, n) => {
          const response = await fetch(`${running.gateway.url}/graphql`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({
              query: `{ messageContact(id: "${ids[n % ids.length] ?? ""}") { name pendingVerifications { target } } }`,
            }),
          });
          return (await response.json()) as { errors?: unknown };
        }),
      );
      expect(answers.filter(({ errors }) => errors !== undefined)).toEqual([]);
      const verdicts = running.emulator.control
        .calls()
        .map(({ verdict }) => verdict);
      expect(new Set(verdicts)).toEqual(new Set(["ok"]));
    } finally {
      await running.stop();
    }
  }, 60_000);
});
