import { afterEach, describe, expect, it } from "@jest/globals";
import { TOM, VALID_INPUTS } from "../support/calls.js";
import { APIS, GRAPHQL, REST } from "../support/apis.js";
import { startBoth, type Running } from "../support/running.js";

let running: Running;

afterEach(() => running.stop());

async function post(body: object): Promise<{ status: number; code: unknown }> {
  const response = await fetch(`${running.gateway.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const result = (await response.json()) as {
    errors?: { extensions: { code: string } }[];
  };
  return {
    status: response.status,
    code: result.errors?.[0]?.extensions.code ?? "OK",
  };
}

describe("a write whose response was lost", () => {
  it("is recovered although the vendor's clock is a minute behind", async () => {
    running = await startBoth({ clock: { now: () => Date.now() - 60_000 } });
    running.emulator.control.addFault({
      operation: "AddMessageContact",
      effect: "cutBody",
      when: "after",
    });
    const { code } = await REST.call(
      running.gateway.url,
      "addMessageContact",
      VALID_INPUTS.addMessageContact,
    );
    expect(code).toBe("OK");
  });

  it("is sent again when masked values only resemble the change", async () => {
    running = await startBoth({ settings: { maskTargets: true } });
    const { control } = running.emulator;
    control.addFault({
      operation: "UpdateMessageContact",
      effect: "reset",
      when: "before",
    });
    const { code } = await REST.call(
      running.gateway.url,
      "updateMessageContact",
      { contactId: TOM, phoneNumber: "86-13977771234" },
    );
    expect(code).toBe("OK");
    const sends = control
      .calls()
      .filter(({ action }) => action === "UpdateMessageContact");
    expect(sends.reduce((sum, { effects }) => sum + effects, 0)).toBe(1);
  });
});

describe("an error under an idempotency key", () => {
  it.each(APIS)("is replayed with all its details by $name", async (api) => {
    running = await startBoth();
    running.emulator.control.addFault({
      operation: "AddMessageContact",
      effect: "error",
      code: "InvalidParameter.EmailAddress",
    });
    const add = () =>
      api.call(
        running.gateway.url,
        "addMessageContact",
        VALID_INPUTS.addMessageContact,
        { "idempotency-key": "order-1" },
      );
    const first = await add();
    const second = await add();
    expect(first.errors).not.toEqual([]);
    expect(second.errors).toEqual(first.errors);
  });
});

describe("an invalid request", () => {
  it("returns BAD_REQUEST for a subscription sent by POST", async () => {
    running = await startBoth();
    const query = `subscription { messageContactDeletionStatus(contactId: "${TOM}") { state } }`;
    expect(await post({ query })).toEqual({ status: 400, code: "BAD_REQUEST" });
  });

  it("accepts null for optional arguments, except in an update", async () => {
    running = await startBoth();
    const page = await post({
      query:
        "query ($page: Int, $target: ID) { messageContacts(pageNumber: $page, boundTo: $target) { totalCount } }",
      variables: { page: null, target: null },
    });
    expect(page).toEqual({ status: 200, code: "OK" });
    const update = await GRAPHQL.call(
      running.gateway.url,
      "updateMessageContact",
      { contactId: TOM, name: null },
    );
    expect(update.code).toBe("INVALID_INPUT");
  });

  it("returns BAD_REQUEST when a variable is null for a non-null argument", async () => {
    running = await startBoth();
    const result = await post({
      query: `mutation ($retain: Boolean) { deleteMessageContact(input: { contactId: "${TOM}", retainContactInMembers: $retain }) { errors { code } } }`,
      variables: { retain: null },
    });
    expect(result.code).toBe("BAD_REQUEST");
  });

  it("rejects a DELETE request with a body", async () => {
    running = await startBoth();
    const response = await fetch(
      `${running.gateway.url}/v1/message-contacts/${TOM}`,
      {
        method: "DELETE",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ retainContactInMembers: false }),
      },
    );
    expect(response.status).toBe(400);
    expect(running.emulator.control.calls()).toEqual([]);
  });

  it("rejects a body with an unknown content coding with 415", async () => {
    running = await startBoth();
    const response = await fetch(`${running.gateway.url}/v1/message-contacts`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "content-encoding": "br",
      },
      body: "{}",
    });
    expect(response.status).toBe(415);
    expect(response.headers.get("accept-encoding")).toBe("gzip, identity");
  });
});
