import { afterEach, describe, expect, it } from "@jest/globals";
import { TOM, VALID_INPUTS } from "../support/calls.js";
import { APIS, GRAPHQL, REST } from "../support/apis.js";
import { startBoth, type Running } from "../support/running.js";

let running: Running;

afterEach(() => running.stop());

async function ask(body: object): Promise<{ status: number; code: unknown }> {
  const response = await fetch(`${running.gateway.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as {
    errors?: { extensions: { code: string } }[];
  };
  return {
    status: response.status,
    code: answer.errors?.[0]?.extensions.code ?? "OK",
  };
}

describe("a lost answer", () => {
  it("is settled although the vendor's clock is a minute behind", async () => {
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

  it("is not taken for a change that masked reads merely resemble", async () => {
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

describe("a refusal under an idempotency key", () => {
  it.each(APIS)("comes again with all it said by $name", async (api) => {
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

describe("what neither api can mean", () => {
  it("is a bad request when a subscription is posted", async () => {
    running = await startBoth();
    const query = `subscription { messageContactDeletionStatus(contactId: "${TOM}") { state } }`;
    expect(await ask({ query })).toEqual({ status: 400, code: "BAD_REQUEST" });
  });

  it("takes null for what may be left out, but not in an update", async () => {
    running = await startBoth();
    const page = await ask({
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

  it("is a bad request when null meets an argument that has none", async () => {
    running = await startBoth();
    const answer = await ask({
      query: `mutation ($retain: Boolean) { deleteMessageContact(input: { contactId: "${TOM}", retainContactInMembers: $retain }) { errors { code } } }`,
      variables: { retain: null },
    });
    expect(answer.code).toBe("BAD_REQUEST");
  });

  it("refuses a body where only the address can say how to delete", async () => {
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

  it("refuses a compressed body", async () => {
    running = await startBoth();
    const response = await fetch(`${running.gateway.url}/v1/message-contacts`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "content-encoding": "gzip",
      },
      body: "{}",
    });
    expect(response.status).toBe(415);
  });
});
