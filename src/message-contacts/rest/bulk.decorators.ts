import { ErrorCode } from "../../errors/error-codes.js";
import { exampleProblem } from "../../openapi/problems.js";
import { ContactTitle, ItemStatus, MessageType } from "../shapes/enums.js";
import { MessageContactArgs } from "../shapes/inputs.js";
import { AssociateMembersBody } from "../shapes/rest-bodies.js";
import * as bulk from "../shapes/rest-bulk.js";
import { DisassociateMembersQuery } from "../shapes/rest-queries.js";
import { RestOperation } from "./rest-operation.decorator.js";

const BOUND_TARGETS = ["fd-Qm81rWc5Xe", "1997968394350006"];
const CHANGED_CONTACTS = ["c-qL4HqKONzOM7aB3d", "c-D7eLz1oV5kMpX0Gt"];

const DONE = { status: ItemStatus.DONE, httpStatus: 200, problem: null };

const NOT_ATTEMPTED = {
  status: ItemStatus.NOT_ATTEMPTED,
  httpStatus: 424,
  problem: null,
};

const UNAVAILABLE = {
  status: ItemStatus.FAILED,
  httpStatus: 503,
  problem: exampleProblem(ErrorCode.UPSTREAM_UNAVAILABLE),
};

const NAME_TAKEN = {
  status: ItemStatus.FAILED,
  httpStatus: 409,
  problem: exampleProblem(ErrorCode.NAME_TAKEN, {
    field: ["inputs", "1", "name"],
  }),
};

/** Response when a later vendor call fails after an earlier one has succeeded. */
const PARTIAL_RESULT = {
  status: 207,
  description:
    "Only some of the targets were changed; each result shows the status of one target.",
  bodies: [
    {
      shape: bulk.BindingChanges,
      example: {
        isComplete: false,
        results: [
          ...[1, 2, 3, 4, 5].map((at) => ({ at, result: DONE })),
          ...[6, 7, 8, 9, 10].map((at) => ({ at, result: UNAVAILABLE })),
          { at: 11, result: NOT_ATTEMPTED },
        ].map(({ at, result }) => ({
          targetId: String(1997968394350000 + at),
          ...result,
        })),
      },
    },
  ],
};

const boundTargets = (description: string) => ({
  status: 200,
  description,
  bodies: [
    {
      shape: bulk.BindingChanges,
      example: {
        results: BOUND_TARGETS.map((targetId) => ({ targetId, ...DONE })),
      },
    },
  ],
});

/** Declares `POST /{id}/bindings`. */
export const AssociateMembers = (): MethodDecorator =>
  RestOperation("associateMembers", {
    summary: "Bind a contact",
    description:
      "Binds a contact to the directory, to folders or to member accounts. Up to five targets are sent in one vendor call, which succeeds or fails as a whole. More targets are sent in several calls, in order, up to the first failure.",
    path: MessageContactArgs,
    body: AssociateMembersBody,
    headers: ["If-Match"],
    answers: [boundTargets("The bindings were created."), PARTIAL_RESULT],
    needsSeveralCalls: true,
    example: { id: "c-K2aQv9mE4zTxO7Pd", body: { targetIds: BOUND_TARGETS } },
  });

/** Names of the parameters of `POST /{id}/bindings`. */
export const BIND_FIELD_NAMES = { contactId: "id" } as const;

/** Names of the parameters of `DELETE /{id}/bindings`. */
export const UNBIND_FIELD_NAMES = {
  contactId: "id",
  targetIds: "targetId",
} as const;

/** Declares `DELETE /{id}/bindings`. */
export const DisassociateMembers = (): MethodDecorator =>
  RestOperation("disassociateMembers", {
    summary: "Unbind a contact",
    description:
      "Unbinds a contact from the directory, from folders or from member accounts. Up to five targets are sent in one vendor call. More targets are sent in several calls, in order, up to the first failure.",
    path: MessageContactArgs,
    query: DisassociateMembersQuery,
    headers: ["If-Match"],
    answers: [boundTargets("The bindings were removed."), PARTIAL_RESULT],
    needsSeveralCalls: true,
    fieldNames: UNBIND_FIELD_NAMES,
    example: {
      id: "c-D7eLz1oV5kMpX0Gt",
      query: { targetId: ["1997968394350002", "1997968394350003"] },
    },
  });

const itemResults = (...results: object[]): object[] =>
  CHANGED_CONTACTS.map((contactId, at) => ({ contactId, ...results[at] }));

/** Declares `POST /batch-update`. */
export const BatchUpdateMessageContacts = (): MethodDecorator =>
  RestOperation("updateMessageContacts", {
    summary: "Change many contacts",
    description:
      "Changes up to 50 contacts, one after the other. All items are validated before the first one is sent; each contact and each name may occur once. An error that concerns one item only does not stop the others; an upstream failure does.",
    body: bulk.BatchUpdateBody,
    answers: [
      {
        status: 200,
        description: "Every change was made.",
        bodies: [
          {
            shape: bulk.BatchUpdateResults,
            example: { results: itemResults(DONE, DONE) },
          },
        ],
      },
      {
        status: 207,
        description:
          "Some changes were not made; each result shows the status of one item.",
        bodies: [
          {
            shape: bulk.BatchUpdateResults,
            example: {
              isComplete: false,
              results: itemResults(DONE, NAME_TAKEN),
            },
          },
        ],
      },
    ],
    mutation: "updateMessageContacts",
    needsSeveralCalls: true,
    example: {
      body: {
        inputs: [
          { contactId: CHANGED_CONTACTS[0], title: ContactTitle.CEO },
          {
            contactId: CHANGED_CONTACTS[1],
            messageTypes: [MessageType.FAULT_MESSAGE],
          },
        ],
      },
    },
  });
