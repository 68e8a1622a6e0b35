import { readFileSync } from "node:fs";
import { buildSchema, parse, type OperationDefinitionNode } from "graphql";
import { describe, expect, it } from "@jest/globals";
import {
  graphqlOperationOf,
  serverAttributes,
  serverSpanName,
} from "../../../src/observability/tracing/span-attributes.js";
import { operationNameOf } from "../../../src/graphql/operation-name.js";
import {
  FEATURES,
  kindOf,
  type Right,
} from "../../../src/access/rights/features.js";
import { CONTACT_OPERATIONS } from "../../../src/upstream/operations.js";

const SERVER = { address: "gw.example.com", port: 443, scheme: "https" };

const request = (route: string | undefined, params: object = {}) => ({
  method: "GET",
  route,
  params,
  httpVersion: "1.1",
});

describe("the path of a server span", () => {
  const pathOf = (route: string | undefined, params: object): unknown =>
    serverAttributes(request(route, params), SERVER)["url.path"];

  it("contains ids of contacts", () => {
    expect(
      pathOf("/v1/message-contacts/:id/deletion", {
        id: "c-qL4HqKONzOM7aB3d",
      }),
    ).toBe("/v1/message-contacts/c-qL4HqKONzOM7aB3d/deletion");
  });

  it.each(["tom@example.com", "86-13900001234", "c-13900001234", "Tom"])(
    "does not contain %s in place of an id",
    (id) => {
      expect(pathOf("/v1/message-contacts/:id", { id })).toBe(
        "/v1/message-contacts/{id}",
      );
    },
  );

  it("does not contain the path of a request that matches no route", () => {
    expect(pathOf(undefined, {})).toBe("/[redacted]");
  });
});

describe("the name of a server span", () => {
  it("is the method and the route, with placeholders in braces", () => {
    expect(serverSpanName(request("/v1/message-contacts/:id"))).toBe(
      "GET /v1/message-contacts/{id}",
    );
  });

  it("is the method when no route matches", () => {
    expect(serverSpanName(request(undefined))).toBe("GET");
  });

  it("does not contain an unknown method", () => {
    const unknown = { ...request("/graphql"), method: "PURGE" };
    expect(serverSpanName(unknown)).toBe("HTTP /graphql");
    expect(serverAttributes(unknown, SERVER)["http.request.method"]).toBe(
      "_OTHER",
    );
  });
});

describe("graphqlOperationOf", () => {
  const schema = buildSchema(
    readFileSync(new URL("../../../schema.graphql", import.meta.url), "utf8"),
    { assumeValidSDL: true },
  );
  const fieldsOf = (type: "Query" | "Mutation" | "Subscription"): string[] =>
    Object.keys(
      (
        schema.getType(type) as { getFields?: () => object } | undefined
      )?.getFields?.() ?? {},
    );

  it("names every mutation of the schema", () => {
    const names = fieldsOf("Mutation");
    expect(names.length).toBeGreaterThan(8);
    for (const name of names) {
      const document = parse(`mutation { ${name} }`);
      const [operation] = document.definitions;
      const logged = operationNameOf(
        operation as OperationDefinitionNode,
        schema,
      );
      expect(graphqlOperationOf(logged, false)).toEqual({
        type: "mutation",
        name,
      });
    }
  });

  it("names a query of the schema for every read", () => {
    const queries = fieldsOf("Query");
    const subscriptions = fieldsOf("Subscription");
    const reads = [...CONTACT_OPERATIONS, ...Object.keys(FEATURES)].filter(
      (name) =>
        kindOf(name as Right) === "read" &&
        // A file, which only REST returns.
        name !== "exportContacts",
    );
    for (const operation of reads) {
      const named = graphqlOperationOf(operation, false);
      expect(named?.type).toBe("query");
      expect(queries).toContain(named?.name);
    }
    const streamed = [
      "getMessageContactDeletionStatus",
      "messageContactStatus",
    ].map((operation) => graphqlOperationOf(operation, true));
    expect(streamed).toEqual(
      subscriptions.map((name) => ({ type: "subscription", name })),
    );
  });

  it.each(["none", "several", "connect", undefined])(
    "is null for %s",
    (operation) => {
      expect(graphqlOperationOf(operation, false)).toBeNull();
    },
  );
});
