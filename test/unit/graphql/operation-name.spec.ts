import { describe, expect, it } from "@jest/globals";
import {
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  parse,
  type OperationDefinitionNode,
} from "graphql";
import { operationNameOf } from "../../../src/graphql/operation-name.js";

const field = (operation?: string) => ({
  type: GraphQLString,
  ...(operation === undefined ? {} : { extensions: { operation } }),
});

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: "Query",
    fields: {
      messageContact: field("getMessageContact"),
      messageContacts: field("listMessageContacts"),
      messageContactDeletionStatus: field("getMessageContactDeletionStatus"),
      undeclared: field(),
    },
  }),
  mutation: new GraphQLObjectType({
    name: "Mutation",
    fields: { updateMessageContacts: field("updateMessageContact") },
  }),
  subscription: new GraphQLObjectType({
    name: "Subscription",
    fields: { messageContactDeletionStatus: field() },
  }),
});

describe("the operation name of a document", () => {
  it.each([
    [
      "{ a: messageContact(id: 1) { id } b: messageContact(id: 2) { id } }",
      "getMessageContact",
    ],
    ["{ messageContacts { items { id } } }", "listMessageContacts"],
    ["{ undeclared }", "undeclared"],
    [
      "{ messageContact(id: 1) { id } messageContacts { totalCount } }",
      "several",
    ],
    ["{ ...Root } fragment Root on Query { __typename }", "several"],
    ["{ __schema { types { name } } }", "introspection"],
    [
      "mutation { updateMessageContacts(inputs: []) { isComplete } }",
      "updateMessageContacts",
    ],
    [
      "subscription { messageContactDeletionStatus }",
      "getMessageContactDeletionStatus",
    ],
  ])("%s: %s", (document, name) => {
    const [operation] = parse(document).definitions;
    expect(operationNameOf(operation as OperationDefinitionNode, schema)).toBe(
      name,
    );
  });

  it("is none for a rejected document", () => {
    expect(operationNameOf(undefined, schema)).toBe("none");
  });
});
