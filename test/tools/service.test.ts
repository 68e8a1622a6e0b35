import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startGateway, type RunningGateway } from "./running.js";
import { contactsClient, found, onboard, ProblemError } from "./service.js";

const ANN = {
  name: "Ann",
  emailAddress: "ann@example.com",
  title: "CEO",
  messageTypes: ["SERVICE_MESSAGE"],
} as const;
const FOLDER_ID = "fd-ZDNPiT7a4K";

describe("a service with a client generated from the OpenAPI document", () => {
  let gateway: RunningGateway;
  let client: ReturnType<typeof contactsClient>;

  before(async () => {
    gateway = await startGateway();
    client = contactsClient(gateway.url, gateway.developmentKey);
  });

  after(() => gateway.stop());

  it("adds, verifies and binds a contact once per idempotency key", async () => {
    const contact = { ...ANN, messageTypes: [...ANN.messageTypes] };
    const added = await onboard(client, contact, [FOLDER_ID], "once");
    assert.equal(added.status, "VERIFYING");
    assert.deepEqual(
      added.bindings.map(({ targetId, kind }) => [targetId, kind]),
      [[FOLDER_ID, "FOLDER"]],
    );
    const again = await onboard(client, contact, [FOLDER_ID], "once");
    assert.equal(again.id, added.id);
  });

  it("gets the code of a rejected request", async () => {
    await assert.rejects(
      onboard(client, { ...ANN, name: "tom", messageTypes: [] }, []),
      (error) =>
        error instanceof ProblemError &&
        error.problem.code === "INVALID_INPUT" &&
        error.problem.errors?.[0]?.rule === "length",
    );
  });

  it("reads pages, and unbinds a list of targets", async () => {
    const page = found(
      await client.GET("/v1/message-contacts", {
        params: { query: { boundTo: FOLDER_ID, pageSize: 5 } },
      }),
    );
    const tom = page.items.find(({ name }) => name === "tom");
    assert.ok(tom);
    const unbound = found(
      await client.DELETE("/v1/message-contacts/{id}/bindings", {
        params: { path: { id: tom.id }, query: { targetId: [FOLDER_ID] } },
      }),
    );
    assert.equal(unbound.isComplete, true);
  });
});
