import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { TOM, VALID_INPUTS } from "../support/calls.js";
import { APIS } from "../support/apis.js";
import { startBoth, type Running } from "../support/running.js";

describe.each(APIS)("an idempotency key over $name", (api) => {
  let running: Running;

  beforeEach(async () => {
    running = await startBoth();
  });

  afterEach(() => running.stop());

  const key = { "idempotency-key": "order-1" };
  const add = (input = VALID_INPUTS.addMessageContact, headers = key) =>
    api.call(running.gateway.url, "addMessageContact", input, headers);

  it("replays the response, marked as replayed, without another call", async () => {
    const first = await add();
    const second = await add();
    expect(second.data).toEqual(first.data);
    expect(second.status).toBe(first.status);
    expect(first.headers.get("idempotent-replayed")).toBeNull();
    expect(second.headers.get("idempotent-replayed")).toBe("true");
    expect(running.emulator.control.calls()).toHaveLength(1);
  });

  it("rejects another payload", async () => {
    await add();
    const { code } = await add({
      ...VALID_INPUTS.addMessageContact,
      name: "bob",
    });
    expect(code).toBe("IDEMPOTENCY_KEY_REUSED");
  });

  it("rejects a second request while the first one runs", async () => {
    const { control } = running.emulator;
    control.addFault({
      operation: "AddMessageContact",
      effect: "delay",
      ms: 60_000,
    });
    const first = add();
    let code = "";
    // Wait until the first request has claimed the key.
    while (control.calls().length === 0) {
      await api.call(running.gateway.url, "getMessageContact", {
        contactId: TOM,
      });
    }
    ({ code } = await add());
    expect(code).toBe("IDEMPOTENCY_IN_PROGRESS");
    control.clearFaults();
    control.advanceClock(60_000);
    expect((await first).code).toBe("OK");
  });

  it("replays a definite error", async () => {
    const taken = { ...VALID_INPUTS.addMessageContact, name: "tom" };
    const first = await add(taken);
    const second = await add(taken);
    expect([first.code, second.code]).toEqual(["NAME_TAKEN", "NAME_TAKEN"]);
    expect(running.emulator.control.calls()).toHaveLength(1);
  });

  it("does not store an error of a change that was not carried out", async () => {
    running.emulator.control.addFault({
      operation: "AddMessageContact",
      effect: "error",
      code: "NoPermission",
    });
    expect((await add()).code).toBe("UPSTREAM_DENIED");
    expect((await add()).code).toBe("OK");
  });

  it("makes the next request read back after an unknown outcome", async () => {
    const { control } = running.emulator;
    // The change is carried out, its response is lost, and reading back fails.
    control.addFault({
      operation: "AddMessageContact",
      effect: "cutBody",
      when: "after",
    });
    control.addFault({
      operation: "ListMessageContacts",
      effect: "error",
      code: "NoPermission",
    });
    expect((await add()).code).toBe("OUTCOME_UNKNOWN");
    expect((await add()).code).toBe("OK");
    const sends = control
      .calls()
      .filter(({ action }) => action === "AddMessageContact");
    expect(sends).toHaveLength(1);
  });

  it("is rejected when it is empty, too long or not visible ASCII", async () => {
    for (const bad of ["", "x".repeat(256), "ä"]) {
      const { status, code } = await add(undefined, {
        "idempotency-key": Buffer.from(bad).toString("latin1"),
      });
      expect([status, code]).toEqual([400, "BAD_REQUEST"]);
    }
    expect(running.emulator.control.calls()).toEqual([]);
  });
});
