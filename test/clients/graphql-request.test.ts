import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ClientError, GraphQLClient } from "graphql-request";
import * as documents from "./generated/graphql.js";
import { BEN, MARTA, startGateway, TOM, type Gateway } from "./running.js";

describe("graphql-request", () => {
  let gateway: Gateway;
  let client: GraphQLClient;

  before(async () => {
    gateway = await startGateway();
    client = new GraphQLClient(`${gateway.url}/graphql`);
  });

  after(() => gateway.stop());

  it("reads a list", async () => {
    const { messageContacts } = await client.request(
      documents.ContactListDocument,
      { pageNumber: 1 },
    );
    assert.equal(messageContacts?.items.length, 10);
    assert.equal(messageContacts?.hasNextPage, true);
  });

  it("changes many contacts and gets a result for each", async () => {
    const { updateMessageContacts } = await client.request(
      documents.UpdateContactsDocument,
      {
        inputs: [
          { contactId: BEN, title: "CEO" },
          { contactId: MARTA, name: "tom" },
        ],
      },
    );
    assert.equal(updateMessageContacts?.isComplete, false);
    assert.deepEqual(
      updateMessageContacts?.results.map(({ status, errors }) => [
        status,
        errors[0]?.code,
      ]),
      [
        ["DONE", undefined],
        ["FAILED", "NAME_TAKEN"],
      ],
    );
  });

  it("plans contacts, makes the changes, and has nothing left to change", async () => {
    const input = {
      contacts: [
        {
          name: "zoe",
          emailAddress: "zoe@example.com",
          title: "TECHNICAL_DIRECTOR" as documents.ContactTitle,
          messageTypes: ["FAULT_MESSAGE" as documents.MessageType],
          targets: ["/production/shop"],
        },
      ],
    };
    const { contactsPlan } = await client.request(
      documents.ContactsPlanDocument,
      { input },
    );
    assert.deepEqual(
      contactsPlan?.changes.map(({ kind }) => kind),
      ["ADD", "BIND"],
    );
    const { applyContactsPlan } = await client.request(
      documents.ApplyContactsPlanDocument,
      { input, digest: contactsPlan?.digest ?? "" },
    );
    assert.equal(applyContactsPlan?.isComplete, true);
    const again = await client.request(documents.ContactsPlanDocument, {
      input,
    });
    assert.equal(again.contactsPlan?.isEmpty, true);
  });

  it("lists pending verifications, and gets a result for each message", async () => {
    const { pendingVerifications } = await client.request(
      documents.PendingVerificationsDocument,
      { channel: null },
    );
    const pending = pendingVerifications?.items ?? [];
    assert.equal(pending.length, pendingVerifications?.totalCount);
    const { sendVerifications } = await client.request(
      documents.SendVerificationsDocument,
      {
        items: pending.map(({ channel, contact }) => ({
          channel,
          contactId: contact.id,
        })),
      },
    );
    assert.equal(sendVerifications?.isComplete, true);
    assert.deepEqual(
      sendVerifications?.results.map(({ contactId }) => contactId),
      pending.map(({ contact }) => contact.id),
    );
  });

  it("gets a payload error", async () => {
    const { updateMessageContact } = await client.request(
      documents.RenameContactDocument,
      { input: { contactId: TOM, name: "Marta" } },
    );
    assert.equal(updateMessageContact?.contact, null);
    assert.equal(updateMessageContact?.errors[0]?.code, "NAME_TAKEN");
  });

  it("throws a top-level error with its code", async () => {
    await assert.rejects(
      client.request(documents.ContactPageDocument, { id: "nonsense" }),
      (error) => {
        assert.ok(error instanceof ClientError);
        assert.equal(
          error.response.errors?.[0]?.extensions["code"],
          "INVALID_INPUT",
        );
        return true;
      },
    );
  });
});
