import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { EventSource } from "eventsource";
import { print } from "graphql";
import { createClient as createSseClient } from "graphql-sse";
import { createClient as createSocketClient } from "graphql-ws";
import { WebSocket } from "ws";
import * as documents from "./generated/graphql.js";
import { startGateway, TOM, type Gateway } from "./running.js";

interface State {
  readonly state: string;
  readonly isFinal: boolean;
}

const query = print(documents.WatchDeletionDocument);

/** Calls back with each state; resolves when the client reports completion. */
type Watch = (onState: (state: State) => void) => Promise<void>;

describe("a deletion", () => {
  let gateway: Gateway;

  before(async () => {
    gateway = await startGateway();
  });

  beforeEach(() => gateway.control("/reset", {}));

  after(() => gateway.stop());

  const overSocket: Watch = async (onState) => {
    const client = createSocketClient({
      url: `${gateway.socketUrl}/graphql`,
      webSocketImpl: WebSocket,
    });
    await new Promise<void>((resolve, reject) => {
      client.subscribe<documents.WatchDeletionSubscription>(
        { query, variables: { id: TOM } },
        {
          next: ({ data }) => {
            if (data != null) onState(data.messageContactDeletionStatus);
          },
          error: reject,
          complete: resolve,
        },
      );
    });
    await client.dispose();
  };

  const overGraphqlSse: Watch = async (onState) => {
    const client = createSseClient({ url: `${gateway.url}/graphql/stream` });
    await new Promise<void>((resolve, reject) => {
      client.subscribe<documents.WatchDeletionSubscription>(
        { query, variables: { id: TOM } },
        {
          next: ({ data }) => {
            if (data != null) onState(data.messageContactDeletionStatus);
          },
          error: reject,
          complete: resolve,
        },
      );
    });
    client.dispose();
  };

  /** The browser's EventSource. It does not reconnect after 204. */
  const overEventSource: Watch = (onState) =>
    new Promise((resolve) => {
      const source = new EventSource(
        `${gateway.url}/v1/message-contacts/${TOM}/deletion/events`,
      );
      source.onmessage = ({ data }) => onState(JSON.parse(String(data)));
      source.onerror = () => {
        if (source.readyState === EventSource.CLOSED) resolve();
      };
    });

  for (const [name, watch] of Object.entries({
    "graphql-ws": overSocket,
    "graphql-sse": overGraphqlSse,
    EventSource: overEventSource,
  })) {
    it(`is followed to its end by ${name}, which then does not reconnect`, async () => {
      // A new gateway for each client, because a gateway remembers deletions.
      await gateway.stop();
      gateway = await startGateway();
      const response = await fetch(
        `${gateway.url}/v1/message-contacts/${TOM}?retainContactInMembers=false`,
        { method: "DELETE" },
      );
      assert.equal(response.status, 202);
      const states: State[] = [];
      await watch((state) => {
        states.push(state);
        if (!state.isFinal) {
          void gateway.control("/clock/advance", { ms: 60_000 });
        }
      });
      assert.deepEqual(
        states.map(({ state, isFinal }) => [state, isFinal]),
        [
          ["IN_PROGRESS", false],
          ["DELETED", true],
        ],
      );
    });
  }
});
