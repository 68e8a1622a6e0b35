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

  const sent = (): number => running.emulator.control.outbox().length;

  const asked = (): number => running.emulator.control.calls().length;

  it("is sent once, and tells when the next one may be", async () => {
    running = await startBoth();
    const first = await send();
    expect(first.code).toBe("OK");
    expect(first.data).toMatchObject({ sentAt: expect.any(String) });
    const second = await send();
    expect(second.code).toBe("VERIFICATION_LIMIT");
    expect(JSON.stringify(second.body)).toMatch(
      /"retryAfterSeconds":(?:60|59)\b/,
    );
    expect(sent()).toBe(1);
    expect(asked()).toBe(1);
  });

  it("may follow at once to another target or contact", async () => {
    running = await startBoth();
    expect((await send()).code).toBe("OK");
    expect(
      (await send({ contactId: BEN, emailAddress: "ben@example.com" })).code,
    ).toBe("OK");
    expect(sent()).toBe(2);
  });

  it("goes out only once of two that come together", async () => {
    running = await startBoth();
    const answers = await Promise.all([send(), send()]);
    expect(answers.map(({ code }) => code).sort()).toEqual([
      "OK",
      "VERIFICATION_LIMIT",
    ]);
    expect(sent()).toBe(1);
  });

  it("does not start the pause when the vendor refused it", async () => {
    running = await startBoth();
    const input = { contactId: TOM, emailAddress: "nobody@example.com" };
    expect((await send(input)).code).toBe("VERIFICATION_NOT_PENDING");
    expect((await send(input)).code).toBe("VERIFICATION_NOT_PENDING");
    expect(asked()).toBe(2);
  });

  it("is not sent again when no answer came, and starts the pause", async () => {
    running = await startBoth();
    running.emulator.control.addFault({
      operation: "SendEmailVerificationForMessageContact",
      effect: "cutBody",
      when: "after",
    });
    const first = await send();
    expect(first.code).toBe("OUTCOME_UNKNOWN");
    expect(sent()).toBe(1);
    expect((await send()).code).toBe("VERIFICATION_LIMIT");
    expect(sent()).toBe(1);
  });

  it("is answered again, not refused, when the same order is repeated under its key", async () => {
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
    expect(sent()).toBe(1);
  });

  it("is refused without a call once the cap of the day is used up", async () => {
    running = await startBoth({}, { VERIFICATION_EMAILS_PER_DAY: "1" });
    expect((await send()).code).toBe("OK");
    const second = await send({
      contactId: BEN,
      emailAddress: "ben@example.com",
    });
    expect(second.code).toBe("VERIFICATION_LIMIT");
    expect(JSON.stringify(second.body)).toContain('"limit":1');
    expect(asked()).toBe(1);
  });
});
