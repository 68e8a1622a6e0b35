import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from "@jest/globals";
import { Redis } from "ioredis";
import { randomUUID } from "node:crypto";
import { REST, type ApiResponse } from "../support/apis.js";
import { BEN, TOM } from "../support/emulator-fixture.js";
import { buildGateway } from "../support/gateway-process.js";
import { hasRedisServer } from "../support/redis-server.js";
import { Replicas } from "../support/replicas.js";
import { until } from "../support/until.js";

const describeHere = hasRedisServer() ? describe : describe.skip;

/** A write counts as abandoned after 5.5 s + 10 s. */
const SHORT_DEADLINES = {
  WRITE_DEADLINE_MS: "5500",
  WRITE_ATTEMPT_MS: "1000",
  READ_BACK_RESERVE_MS: "500",
};

const ABANDONED_WITHIN_MS = 60_000;

/**
 * Codes to retry on: a resumed replica first reconnects to Redis, and sheds load for
 * a moment because its event loop lagged.
 */
const RETRIED_CODES = new Set([
  "IDEMPOTENCY_IN_PROGRESS",
  "STATE_UNAVAILABLE",
  "GATEWAY_BUSY",
]);

describeHere("a replica that is paused and resumed", () => {
  let replicas: Replicas;

  beforeAll(async () => {
    replicas = await Replicas.start(buildGateway(), {}, SHORT_DEADLINES);
  }, 180_000);
  afterAll(() => replicas.stop());
  beforeEach(async () => {
    const { emulator, a } = replicas;
    emulator.control.reset();
    await until("A serves keyed changes", async () => {
      const key = { "idempotency-key": randomUUID() };
      return (await update(a.url, "OTHER", key)).code === "OK";
    });
    emulator.control.reset();
    emulator.control.clearCalls();
  });

  const update = (
    url: string,
    title: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ApiResponse> =>
    REST.call(url, "updateMessageContact", { contactId: TOM, title }, headers);

  const executed = (action: string): number =>
    replicas.emulator.control
      .calls()
      .filter((call) => call.action === action && call.executed).length;

  /** Repeats a request until its key is no longer held by another request. */
  const settled = (send: () => Promise<ApiResponse>): Promise<ApiResponse> =>
    until(
      "the key is taken over",
      async () => {
        const answer = await send();
        return RETRIED_CODES.has(answer.code) ? null : answer;
      },
      ABANDONED_WITHIN_MS,
    );

  it("sends no write under a key that the other replica has settled", async () => {
    const { a, b, emulator } = replicas;
    const headers = { "idempotency-key": randomUUID() };
    const send = (url: string): Promise<ApiResponse> =>
      REST.call(
        url,
        "sendEmailVerificationForMessageContact",
        { contactId: BEN, emailAddress: "ben@example.com" },
        headers,
      );
    emulator.control.addFault({
      effect: "hang",
      operation: "UpdateMessageContact",
    });
    // This write occupies the write queue of A and hangs.
    const hanging = update(a.url, "OTHER");
    await until(
      "the write of A has reached the vendor",
      () => emulator.control.calls().length > 0,
    );
    const first = send(a.url);
    await until("A holds the key", async () => {
      const { code } = await send(b.url);
      return code === "IDEMPOTENCY_IN_PROGRESS";
    });
    a.send("SIGSTOP");
    const second = await settled(() => send(b.url));
    expect(second.status).toBe(202);
    a.send("SIGCONT");
    expect((await first).code).not.toBe("OK");
    await hanging;
    for (const { url } of [b, a]) {
      const again = await settled(() => send(url));
      expect(again.status).toBe(202);
      expect(again.headers.get("idempotent-replayed")).toBe("true");
    }
    expect(emulator.control.outbox()).toHaveLength(1);
    // The cool-down still applies to a message under another key.
    const other = await REST.call(
      b.url,
      "sendEmailVerificationForMessageContact",
      { contactId: BEN, emailAddress: "ben@example.com" },
      { "idempotency-key": randomUUID() },
    );
    expect(other.code).toBe("VERIFICATION_LIMIT");
  }, 120_000);

  it("does not overwrite a newer update with its old one", async () => {
    const { a, b, emulator } = replicas;
    const headers = { "idempotency-key": randomUUID() };
    emulator.control.addFault({
      effect: "hang",
      operation: "UpdateMessageContact",
      when: "after",
    });
    const first = update(a.url, "OTHER", headers);
    await until(
      "the vendor has executed the write",
      () => executed("UpdateMessageContact") === 1,
    );
    a.send("SIGSTOP");
    const second = await settled(() => update(b.url, "OTHER", headers));
    expect(second.code).toBe("OK");
    expect((await update(b.url, "CEO")).code).toBe("OK");
    a.send("SIGCONT");
    await first;
    for (const { url } of [b, a]) {
      const again = await settled(() => update(url, "OTHER", headers));
      expect(again.headers.get("idempotent-replayed")).toBe("true");
    }
    expect(executed("UpdateMessageContact")).toBe(2);
    const { data } = await REST.call(b.url, "getMessageContact", {
      contactId: TOM,
    });
    expect(data).toMatchObject({ title: "CEO" });
  }, 120_000);

  it("executes a keyed write once when Redis loses its data meanwhile", async () => {
    const { a, emulator, redis } = replicas;
    const headers = { "idempotency-key": randomUUID() };
    emulator.control.addFault({
      effect: "delay",
      ms: 3_600_000,
      operation: "UpdateMessageContact",
    });
    const first = update(a.url, "OTHER", headers);
    await until(
      "the vendor has received the write",
      () => emulator.control.calls().length > 0,
    );
    const admin = new Redis(redis.url);
    await admin.flushall();
    admin.disconnect();
    const second = await update(a.url, "OTHER", headers);
    expect(second.code).toBe("IDEMPOTENCY_IN_PROGRESS");
    emulator.control.advanceClock(3_600_000);
    expect((await first).code).toBe("OK");
    const again = await update(a.url, "OTHER", headers);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(executed("UpdateMessageContact")).toBe(1);
  });
});
