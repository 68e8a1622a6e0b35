import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { createClient, type Client as SseClient } from "graphql-sse";
import * as documents from "./generated/graphql.js";
import {
  MARTA,
  recordingFetch,
  startGateway,
  TOM,
  type Gateway,
  UNKNOWN_ID,
} from "./running.js";

describe("urql", () => {
  let gateway: Gateway;
  let stream: SseClient;
  let client: Client;
  const recorder = recordingFetch();

  before(async () => {
    gateway = await startGateway();
    stream = createClient({
      url: `${gateway.url}/graphql/stream`,
      retryAttempts: 0,
    });
    client = new Client({
      url: `${gateway.url}/graphql`,
      fetch: recorder.fetch,
      exchanges: [
        fetchExchange,
        subscriptionExchange({
          forwardSubscription: ({ query, variables }) => ({
            subscribe: (sink) => ({
              unsubscribe: stream.subscribe(
                { query: query ?? "", variables: variables ?? {} },
                {
                  next: ({ data = null, errors }) =>
                    sink.next({ data, ...(errors && { errors: [...errors] }) }),
                  error: sink.error,
                  complete: sink.complete,
                },
              ),
            }),
          }),
        }),
      ],
    });
  });

  after(async () => {
    stream.dispose();
    await gateway.stop();
  });

  it("reads a contact page", async () => {
    const { data, error } = await client.query(documents.ContactPageDocument, {
      id: MARTA,
    });
    assert.equal(error, undefined);
    assert.equal(data?.messageContact?.name, "Marta");
    // The default of `preferGetMethod` is `within-url-limit`.
    assert.equal(recorder.sent.at(-1)?.method, "GET");
  });

  it("sends mutations by POST", async () => {
    await client.mutation(documents.RenameContactDocument, {
      input: { contactId: TOM, name: "x" },
    });
    assert.equal(recorder.sent.at(-1)?.method, "POST");
  });

  it("gets a payload error without a type condition", async () => {
    const { data, error } = await client.mutation(
      documents.RenameContactDocument,
      { input: { contactId: TOM, name: "x" } },
    );
    assert.equal(error, undefined);
    const [problem] = data?.updateMessageContact?.errors ?? [];
    assert.equal(problem?.code, "INVALID_INPUT");
    assert.equal(
      problem?.__typename === "InvalidInputError" ? problem.rule : null,
      "length",
    );
  });

  it("gets a top-level error with its code", async () => {
    const { error } = await client.query(documents.ContactPageDocument, {
      id: "nonsense",
    });
    assert.equal(error?.graphQLErrors[0]?.extensions["code"], "INVALID_INPUT");
  });

  it("follows a deletion to its end over graphql-sse", async () => {
    const states: (string | undefined)[] = [];
    await new Promise<void>((resolve, reject) => {
      client
        .subscription(documents.WatchDeletionDocument, { id: UNKNOWN_ID })
        .subscribe(({ data, error, hasNext }) => {
          if (error !== undefined) reject(error);
          states.push(data?.messageContactDeletionStatus.state);
          if (hasNext !== true || states.length > 0) resolve();
        });
    });
    assert.deepEqual(states, ["UNKNOWN"]);
  });
});
