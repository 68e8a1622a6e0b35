import { ErrorCode as E } from "../../errors/error-codes.js";
import { ContactDeletion } from "../shapes/contact-deletion.js";
import * as inputs from "../shapes/inputs.js";
import * as results from "../shapes/message-contact.js";
import * as queries from "../shapes/rest-queries.js";
import { CONDITIONAL, NOT_MODIFIED } from "./conditional-read.js";
import { linkTo, RestOperation } from "./rest-operation.decorator.js";

/** Declares `GET /{id}`. */
export const GetMessageContact = (): MethodDecorator =>
  RestOperation("getMessageContact", {
    summary: "Read one contact",
    description: "One contact of the directory.",
    path: inputs.MessageContactArgs,
    headers: CONDITIONAL,
    answers: [
      {
        status: 200,
        description: "The contact.",
        bodies: [
          { shape: results.MessageContact, example: { associatedAt: null } },
        ],
        headers: ["ETag", "Age"],
      },
      NOT_MODIFIED,
    ],
    errors: [E.CONTACT_NOT_FOUND],
    example: { id: "c-qL4HqKONzOM7aB3d" },
  });

/** Declares `GET /`. */
export const ListMessageContacts = (): MethodDecorator =>
  RestOperation("listMessageContacts", {
    summary: "List contacts",
    description:
      "One page of all contacts, or of those that meet every condition. With a condition other than `boundTo`, or with an order, the whole directory is read: one upstream call per 100 contacts. Repeat a parameter for each value of a list.",
    query: queries.MessageContactsQuery,
    headers: CONDITIONAL,
    answers: [
      {
        status: 200,
        description: "One page of contacts.",
        bodies: [{ shape: results.MessageContactPage }],
        headers: ["Link", "ETag", "Age"],
        links: {
          GetMessageContact: linkTo(
            "getMessageContact",
            "Reads the first contact of the page.",
            "$response.body#/items/0/id",
          ),
        },
      },
      NOT_MODIFIED,
    ],
    errors: [E.BINDING_TARGET_NOT_FOUND],
    fieldNames: { targetIds: "boundTo" },
    example: { query: { pageNumber: 1, pageSize: 5 } },
  });

/** Declares `GET /{id}/deletion`. */
export const GetMessageContactDeletionStatus = (): MethodDecorator =>
  RestOperation("getMessageContactDeletionStatus", {
    summary: "Get the state of a deletion",
    description:
      "Progress of a deletion. A contact that is not being deleted, or that never existed, has the state `UNKNOWN`; this is not an error.",
    path: inputs.MessageContactArgs,
    headers: CONDITIONAL,
    answers: [
      {
        status: 200,
        description: "Progress and result of the deletion.",
        bodies: [{ shape: ContactDeletion }],
        headers: ["ETag", "Age"],
      },
      NOT_MODIFIED,
    ],
    errors: [],
    example: { id: "c-H4nUc6jS8wFiB2Ry" },
  });

/** Declares `GET /{id}/verifications`. */
export const ListMessageContactVerifications = (): MethodDecorator =>
  RestOperation("listMessageContactVerifications", {
    summary: "List pending verifications",
    description:
      "Addresses and numbers of one contact that are not verified yet.",
    path: inputs.MessageContactArgs,
    query: queries.MessageContactVerificationsQuery,
    headers: CONDITIONAL,
    answers: [
      {
        status: 200,
        description: "One page of pending verifications.",
        bodies: [{ shape: results.PendingVerificationPage }],
        headers: ["Link", "ETag", "Age"],
      },
      NOT_MODIFIED,
    ],
    errors: [E.CONTACT_NOT_FOUND],
    example: { id: "c-X1vOq7bK3tJyW8Ln" },
  });
