import { ErrorCode as E } from "../errors/error-codes.js";
import type { RestOperation } from "../http/rest-operation.js";
import type { Operation } from "../upstream/operations.js";
import { ContactDeletion } from "./shapes/contact-deletion.js";
import * as inputs from "./shapes/inputs.js";
import * as results from "./shapes/message-contact.js";
import * as queries from "./shapes/rest-queries.js";

type Read = Omit<RestOperation, "isWrite">;

/** Sentences and examples of the reads; errors stand here, no mutation has them. */
export const READS = {
  getMessageContact: {
    summary: "Read one contact",
    description: "One contact of the directory.",
    scope: "contacts:read",
    answers: [
      {
        status: 200,
        description: "The contact.",
        shapes: [results.MessageContact],
      },
    ],
    errors: [E.CONTACT_NOT_FOUND],
    example: { id: "c-qL4HqKONzOM7aB3d" },
  },
  listMessageContacts: {
    summary: "List contacts",
    description:
      "One page of all contacts, or of those bound to one target (directory, folder or member account).",
    scope: "contacts:read",
    query: inputs.MessageContactsArgs,
    answers: [
      {
        status: 200,
        description: "One page of contacts.",
        shapes: [results.MessageContactPage],
        headers: ["Link"],
      },
    ],
    errors: [E.BINDING_TARGET_NOT_FOUND],
    example: { query: { pageNumber: 1, pageSize: 5 } },
  },
  getMessageContactDeletionStatus: {
    summary: "Follow a deletion",
    description:
      "How far the deletion of a contact is. A contact that nobody deletes, or that never existed, is `UNKNOWN` and no error.",
    scope: "contacts:read",
    answers: [
      {
        status: 200,
        description: "Progress and result of the deletion.",
        shapes: [ContactDeletion],
      },
    ],
    errors: [],
    example: { id: "c-H4nUc6jS8wFiB2Ry" },
  },
  listMessageContactVerifications: {
    summary: "List pending verifications",
    description:
      "Addresses and numbers of one contact that wait for verification.",
    scope: "contacts:read",
    query: queries.MessageContactVerificationsQuery,
    answers: [
      {
        status: 200,
        description: "One page of pending verifications.",
        shapes: [results.PendingVerificationPage],
        headers: ["Link"],
      },
    ],
    errors: [E.CONTACT_NOT_FOUND],
    example: { id: "c-X1vOq7bK3tJyW8Ln" },
  },
} as const satisfies Partial<Record<Operation, Read>>;
