import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { randomUUID } from "node:crypto";
import { REST } from "../support/apis.js";
import { buildGateway } from "../support/gateway-process.js";
import { killRun } from "../support/kill-run.js";
import { hasRedisServer } from "../support/redis-server.js";
import { Replicas } from "../support/replicas.js";
import { until } from "../support/until.js";

const INPUT = {
  name: "neo",
  emailAddress: "neo@example.com",
  title: "CEO",
  messageTypes: ["SERVICE_MESSAGE"],
};

const describeHere = hasRedisServer() ? describe : describe.skip;

describeHere("an idempotency key on two replicas", () => {
  let entry: string;
  let replicas: Replicas;

  beforeAll(async () => {
    entry = buildGateway();
    replicas = await Replicas.start(entry);
  }, 180_000);
  afterAll(() => replicas.stop());

  const add = (
    url: string,
    key: string,
    input: object = INPUT,
  ): ReturnType<typeof REST.call> =>
    REST.call(
      url,
      "addMessageContact",
      { ...input },
      { "idempotency-key": key },
    );
  const executed = (): number =>
    replicas.emulator.control
      .calls()
      .filter((call) => call.action === "AddMessageContact" && call.executed)
      .length;

  it("returns IDEMPOTENCY_KEY_REUSED on the other replica when the payload differs", async () => {
    replicas.emulator.control.reset();
    const key = randomUUID();
    await add(replicas.a.url, key);
    const answer = await add(replicas.b.url, key, {
      ...INPUT,
      name: "trinity",
    });
    expect(answer.code).toBe("IDEMPOTENCY_KEY_REUSED");
    expect(executed()).toBe(1);
  });

  it("returns 409 on the other replica while the first write runs", async () => {
    replicas.emulator.control.reset();
    replicas.emulator.control.addFault({
      effect: "delay",
      operation: "AddMessageContact",
      when: "after",
      ms: 3_600_000,
    });
    const key = randomUUID();
    const first = add(replicas.a.url, key);
    await until("the vendor has executed the write", () => executed() === 1);
    const second = await add(replicas.b.url, key);
    expect(second.status).toBe(409);
    expect(second.code).toBe("IDEMPOTENCY_IN_PROGRESS");
    expect(second.headers.get("retry-after")).toBe("1");
    replicas.emulator.control.advanceClock(3_600_000);
    expect((await first).code).toBe("OK");
  });

  it("replays the response on the other replica", async () => {
    replicas.emulator.control.reset();
    const key = randomUUID();
    const first = await add(replicas.a.url, key);
    const second = await add(replicas.b.url, key);
    expect(first.status).toBe(201);
    expect(second.status).toBe(201);
    expect(second.data).toEqual(first.data);
    expect(second.headers.get("idempotent-replayed")).toBe("true");
    expect(executed()).toBe(1);
  });

  it("executes a write once when both replicas receive it at the same time", async () => {
    replicas.emulator.control.reset();
    const key = randomUUID();
    const answers = await Promise.all(
      replicas.all.flatMap(({ url }) => [add(url, key), add(url, key)]),
    );
    expect(executed()).toBe(1);
    for (const { code } of answers) {
      expect(["OK", "IDEMPOTENCY_IN_PROGRESS"]).toContain(code);
    }
  });

  it("executes no write twice when replicas are killed in flight", async () => {
    const figures = await killRun(entry, Number(process.env["KILLS"] ?? 10));
    process.stderr.write(`${JSON.stringify(figures)}\n`);
    expect(figures).toMatchObject({ doubleEffects: 0, lies: 0, gaveUp: 0 });
    expect(figures.answeredOk).toBeGreaterThan(0);
    expect(figures.answeredRefused).toBe(0);
  }, 3_600_000);
});
