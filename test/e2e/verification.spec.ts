import { afterEach, describe, expect, it } from "@jest/globals";
import { APIS } from "../support/apis.js";
import { BEN, MARTA, TOM } from "../support/emulator-fixture.js";
import { startBoth, type Running } from "../support/running.js";

const SEND = "sendEmailVerificationForMessageContact";
const TARGET = "marta.new@example.com";

let running: Running;

afterEach(() => running.stop());

describe.each(APIS)("a verification message over $name", (api) => {
  const send = (
    input: Readonly<Record<string, unknown>> = {
      contactId: MARTA,
      emailAddress: TARGET,
    },
    headers: Readonly<Record<string, string>> = {},
  ) => api.call(running.gateway.url, SEND, input, headers);

  const sentCount = (): number => running.emulator.control.outbox().length;

  const callCount = (): number => running.emulator.control.calls().length;

  it("is sent once; a second one is rejected with retryAfterSeconds", async () => {
    running = await startBoth();
    const first = await send();
    expect(first.code).toBe("OK");
    expect(first.data).toMatchObject({ sentAt: expect.any(String) });
    const second = await send();
    expect(second.code).toBe("VERIFICATION_LIMIT");
    expect(JSON.stringify(second.body)).toMatch(
      /"retryAfterSeconds":(?:60|59)\b/,
    );
    expect(sentCount()).toBe(1);
    expect(callCount()).toBe(1);
  });

  it("may be sent at once to another target or contact", async () => {
    running = await startBoth();
    expect((await send()).code).toBe("OK");
    expect(
      (await send({ contactId: BEN, emailAddress: "ben@example.com" })).code,
    ).toBe("OK");
    expect(sentCount()).toBe(2);
  });

  it("is sent once when two requests arrive concurrently", async () => {
    running = await startBoth();
    const responses = await Promise.all([send(), send()]);
    expect(responses.map(({ code }) => code).sort()).toEqual([
      "OK",
      "VERIFICATION_LIMIT",
    ]);
    expect(sentCount()).toBe(1);
  });

  it("does not start the cool-down when the vendor rejects it", async () => {
    running = await startBoth();
    const input = { contactId: TOM, emailAddress: "nobody@example.com" };
    expect((await send(input)).code).toBe("VERIFICATION_NOT_PENDING");
    expect((await send(input)).code).toBe("VERIFICATION_NOT_PENDING");
    expect(callCount()).toBe(2);
  });

  it("is not sent again when the response was lost, and starts the cool-down", async () => {
    running = await startBoth();
    running.emulator.control.addFault({
      operation: "SendEmailVerificationForMessageContact",
      effect: "cutBody",
      when: "after",
    });
    const first = await send();
    expect(first.code).toBe("OUTCOME_UNKNOWN");
    expect(sentCount()).toBe(1);
    expect((await send()).code).toBe("VERIFICATION_LIMIT");
    expect(sentCount()).toBe(1);
  });

  it("is replayed, not rejected, when the request is repeated with the same idempotency key", async () => {
    running = await startBoth();
    const headers = { "idempotency-key": "order-1" };
    const first = await send(undefined, headers);
    const again = await send(undefined, headers);
    expect(again.code).toBe("OK");
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect((again.data as { sentAt: string }).sentAt).toBe(
      (first.data as { sentAt: string }).sentAt,
    );
    const other = await send(undefined, { "idempotency-key": "order-2" });
    expect(other.code).toBe("VERIFICATION_LIMIT");
    expect(sentCount()).toBe(1);
  });

  it("is rejected without a vendor call when the daily limit is reached", async () => {
    running = await startBoth({}, { VERIFICATION_EMAILS_PER_DAY: "1" });
    expect((await send()).code).toBe("OK");
    const second = await send({
      contactId: BEN,
      emailAddress: "ben@example.com",
    });
    expect(second.code).toBe("VERIFICATION_LIMIT");
    expect(JSON.stringify(second.body)).toContain('"limit":1');
    expect(callCount()).toBe(1);
  });
});
