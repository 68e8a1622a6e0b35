import {
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import { randomUUID } from "node:crypto";
import { APIS, GRAPHQL, REST, type ApiResponse } from "../support/apis.js";
import { buildGateway } from "../support/gateway-process.js";
import { hasRedisServer } from "../support/redis-server.js";
import { Replicas } from "../support/replicas.js";
import { until } from "../support/until.js";

const TOM = "c-qL4HqKONzOM7aB3d";

const describeHere = hasRedisServer() ? describe : describe.skip;

describeHere("two replicas with one Redis", () => {
  let entry: string;
  let replicas: Replicas;

  beforeAll(() => {
    entry = buildGateway();
  }, 180_000);
  beforeEach(async () => {
    replicas = await Replicas.start(
      entry,
      { settings: { writeDurationMs: 5 } },
      { RATE_LIMIT_PER_MINUTE: "100000" },
    );
  }, 60_000);
  afterEach(() => replicas.stop());

  const sharedState = async (): Promise<string> => {
    const response = await fetch(`${replicas.a.opsUrl}/readyz`);
    expect(response.status).toBe(200);
    return ((await response.json()) as { sharedState: string }).sharedState;
  };
  const read = (): Promise<ApiResponse> =>
    GRAPHQL.call(replicas.a.url, "getMessageContact", { contactId: TOM });
  const rename = (
    title: string,
    headers: Readonly<Record<string, string>> = {},
    url = replicas.a.url,
  ): Promise<ApiResponse> =>
    REST.call(url, "updateMessageContact", { contactId: TOM, title }, headers);
  const keyed = (title: string): Promise<ApiResponse> =>
    rename(title, { "idempotency-key": randomUUID() });

  /** Expects that everything works without Redis, except keyed writes. */
  const expectDegraded = async (): Promise<void> => {
    expect((await read()).code).toBe("OK");
    expect((await rename("FINANCE_DIRECTOR")).code).toBe("OK");
    const refused = await keyed("TECHNICAL_DIRECTOR");
    expect(refused.status).toBe(503);
    expect(refused.code).toBe("STATE_UNAVAILABLE");
    expect(refused.headers.get("retry-after")).toBe("1");
  };

  it("without Redis: serve everything except keyed writes; with Redis back: serve keyed writes again", async () => {
    expect((await keyed("TECHNICAL_DIRECTOR")).code).toBe("OK");
    await replicas.redis.kill();
    await until(
      "Redis is reported as unreachable",
      async () => (await sharedState()) === "redis-away",
    );
    await expectDegraded();
    await replicas.redis.restart();
    await until(
      "Redis is reported as available",
      async () => (await sharedState()) === "redis",
    );
    expect((await keyed("CEO")).code).toBe("OK");
    expect(replicas.a.output).not.toContain(String(replicas.redis.port));
  });

  it("do not wait for a Redis that has stopped responding", async () => {
    const key = { "idempotency-key": randomUUID() };
    expect((await rename("CEO", key)).code).toBe("OK");
    replicas.redis.freeze();
    // The change was executed, so the response must not deny that.
    for (const api of APIS) {
      const input = { contactId: TOM, title: "CEO" };
      const operation = "updateMessageContact";
      const again = await api.call(replicas.a.url, operation, input, key);
      expect(again.code).toBe("STATE_UNAVAILABLE");
      expect(JSON.stringify(again.body)).toContain(
        "an earlier request with this key may have been",
      );
    }
    await until(
      "Redis is reported as unreachable",
      async () => (await sharedState()) === "redis-away",
    );
    await expectDegraded();
    replicas.redis.thaw();
    await until(
      "Redis is reported as available",
      async () => (await sharedState()) === "redis",
    );
    const replayed = await rename("CEO", key);
    expect(replayed.headers.get("idempotent-replayed")).toBe("true");
    expect((await keyed("CEO")).code).toBe("OK");
  });

  it("run 100 writes sent to both of them one at a time", async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        rename(
          index % 3 === 0 ? "CEO" : "FINANCE_DIRECTOR",
          {},
          replicas.all[index % 2]?.url,
        ),
      ),
    );
    expect(answers.map(({ code }) => code)).toEqual(
      Array.from({ length: 100 }, () => "OK"),
    );
    const calls = replicas.emulator.control.calls();
    expect(calls).toHaveLength(100);
    expect(calls.every(({ executed }) => executed)).toBe(true);
  });

  it("write through one replica after the other is killed during a write", async () => {
    replicas.emulator.control.addFault({
      effect: "hang",
      operation: "UpdateMessageContact",
      when: "after",
    });
    const lost = rename("FINANCE_DIRECTOR").catch(() => null);
    await until(
      "the vendor has received the write",
      () => replicas.emulator.control.calls().length === 1,
    );
    await replicas.a.kill();
    expect(await lost).toBeNull();
    expect((await rename("TECHNICAL_DIRECTOR", {}, replicas.b.url)).code).toBe(
      "OK",
    );
  });

  it("count the requests of a caller together", async () => {
    await replicas.stop();
    replicas = await Replicas.start(entry, {}, { RATE_LIMIT_PER_MINUTE: "20" });
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        // An unknown path makes no upstream call.
        fetch(`${replicas.all[index % 2]?.url}/v1/nothing`),
      ),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(10);
  });
});
