import { ErrorCode as E } from "../../errors/error-codes.js";
import type { RestOperation } from "../../openapi/rest-operation.js";
import type { Operation } from "../../upstream/operations.js";
import { ContactDeletion } from "../shapes/contact-deletion.js";
import * as inputs from "../shapes/inputs.js";
import * as results from "../shapes/message-contact.js";
import * as queries from "../shapes/rest-queries.js";

type Read = Omit<RestOperation, "isWrite" | "scope">;

/** Request headers of every read. */
const CONDITIONAL = ["If-None-Match", "Cache-Control"] as const;

/** Response to a conditional read. */
const NOT_MODIFIED = {
  status: 304,
  description: "The response has one of the ETags in `If-None-Match`.",
  shapes: [],
  headers: ["ETag", "Age"],
} as const;

/** Documentation of the reads. Writes take their errors from the mutations; reads list them here. */
export const READS = {
  getMessageContact: {
    summary: "Read one contact",
    description: "One contact of the directory.",
    headers: CONDITIONAL,
    answers: [
      {
        status: 200,
        description: "The contact.",
        shapes: [results.MessageContact],
        headers: ["ETag", "Age"],
      },
      NOT_MODIFIED,
    ],
    errors: [E.CONTACT_NOT_FOUND],
    example: { id: "c-qL4HqKONzOM7aB3d" },
  },
  listMessageContacts: {
    summary: "List contacts",
    description:
      "One page of all contacts, or of those bound to one target (directory, folder or member account).",
    query: inputs.MessageContactsArgs,
    headers: CONDITIONAL,
    answers: [
      {
        status: 200,
        description: "One page of contacts.",
        shapes: [results.MessageContactPage],
        headers: ["Link", "ETag", "Age"],
      },
      NOT_MODIFIED,
    ],
    errors: [E.BINDING_TARGET_NOT_FOUND],
    example: { query: { pageNumber: 1, pageSize: 5 } },
  },
  getMessageContactDeletionStatus: {
    summary: "Get the state of a deletion",
    description:
      "Progress of a deletion. A contact that is not being deleted, or that never existed, has the state `UNKNOWN`; this is not an error.",
    headers: CONDITIONAL,
    answers: [
      {
        status: 200,
        description: "Progress and result of the deletion.",
        shapes: [ContactDeletion],
        headers: ["ETag", "Age"],
      },
      NOT_MODIFIED,
    ],
    errors: [],
    example: { id: "c-H4nUc6jS8wFiB2Ry" },
  },
  listMessageContactVerifications: {
    summary: "List pending verifications",
    description:
      "Addresses and numbers of one contact that are not verified yet.",
    query: queries.MessageContactVerificationsQuery,
    headers: CONDITIONAL,
    answers: [
      {
        status: 200,
        description: "One page of pending verifications.",
        shapes: [results.PendingVerificationPage],
        headers: ["Link", "ETag", "Age"],
      },
      NOT_MODIFIED,
    ],
    errors: [E.CONTACT_NOT_FOUND],
    example: { id: "c-X1vOq7bK3tJyW8Ln" },
  },
} as const satisfies Partial<Record<Operation, Read>>;

/** Documentation of the server-sent events of a deletion. */
export const WATCH_DELETION = {
  summary: "Watch a deletion",
  description:
    "Server-sent events: a `message` for each state of the deletion, then `complete` after a final state. Each message contains the same data as `GET /{id}/deletion`. When the credential expires or is revoked, the last event is `problem` with a problem document.",
  headers: ["Last-Event-ID"],
  answers: [
    {
      status: 200,
      description: "The events.",
      shapes: [],
      events: `id: DELETED.1vq8x2
data: {"contactId":"c-H4nUc6jS8wFiB2Ry","state":"DELETED","isFinal":true}

event: complete
data:

`,
    },
    {
      status: 204,
      description:
        "`Last-Event-ID` is the id of a final state: no more events will follow.",
      shapes: [],
    },
  ],
  errors: [],
  example: { id: "c-H4nUc6jS8wFiB2Ry" },
} as const satisfies Read;
