import { readFileSync } from "node:fs";
import * as vendor from "./vendor.js";

/** Schema and resolvers of the hand-written GraphQL servers (c) and (d). */
export const typeDefs = readFileSync(
  new URL("contacts.graphql", import.meta.url),
  "utf8",
);

export const resolvers = {
  Query: {
    messageContact: (_, { id }) => vendor.getContact(id),
    messageContacts: (_, { pageNumber, pageSize }) =>
      vendor.listContacts(pageNumber, pageSize),
  },
  Mutation: {
    updateMessageContact: (_, { input }) => vendor.updateContact(input),
    sendPhoneVerificationForMessageContact: (_, { input }) =>
      vendor.sendPhoneVerification(input),
  },
  MessageContact: {
    pendingVerifications: ({ id }) => vendor.pendingVerifications(id),
    deletion: ({ id }) => vendor.deletionOf(id),
  },
};
