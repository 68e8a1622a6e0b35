import type { RestOperation } from "../../openapi/rest-operation.js";
import type { Operation } from "../../upstream/operations.js";
import { ContactDeletion } from "../shapes/contact-deletion.js";
import { ContactTitle, DeletionState, MessageType } from "../shapes/enums.js";
import * as inputs from "../shapes/inputs.js";
import { MessageContact } from "../shapes/message-contact.js";
import * as bodies from "../shapes/rest-bodies.js";
import * as bulk from "../shapes/rest-bulk.js";
import * as queries from "../shapes/rest-queries.js";

/** The contact itself where it was asked for, else what the change tells. */
const CHANGED = [MessageContact, bodies.ChangedMessageContact];

type Write = Omit<RestOperation, "isWrite" | "scope" | "errors">;

/** More than five targets, of which some were done before a call failed. */
const SOME_TARGETS = {
  status: 207,
  description:
    "Only some of the targets were changed: each result tells what became of one.",
  shapes: [bulk.BindingChanges],
  example: { isComplete: false },
} as const;

/** Sentences and examples of the changes; their errors are the mutations'. */
export const WRITES = {
  addMessageContact: {
    summary: "Add a contact",
    description:
      "Adds a contact. Nothing is sent to the person until a verification is sent.",
    body: inputs.AddMessageContactInput,
    headers: ["Prefer"],
    answers: [
      {
        status: 201,
        description: "The contact was added; `Location` is its address.",
        shapes: CHANGED,
        headers: ["Location", "Preference-Applied"],
      },
    ],
    example: {
      body: {
        name: "Nora",
        emailAddress: "nora@example.com",
        phoneNumber: "86-13900000011",
        title: ContactTitle.PROJECT_DIRECTOR,
        messageTypes: [
          MessageType.SERVICE_MESSAGE,
          MessageType.SECURITY_MESSAGE,
        ],
      },
    },
  },
  updateMessageContact: {
    summary: "Change a contact",
    description:
      "At least one field is needed; omitted fields stay, null is refused. A new address or number takes effect once its owner has confirmed it.",
    body: bodies.UpdateMessageContactBody,
    headers: ["Prefer"],
    answers: [
      {
        status: 200,
        description: "The change was taken.",
        shapes: CHANGED,
        headers: ["Preference-Applied"],
      },
    ],
    example: {
      id: "c-u3MZ9cGd7sLfE1Yh",
      body: {
        emailAddress: "lisa.new@example.com",
        messageTypes: [MessageType.ACCOUNT_EXPENSES],
      },
    },
  },
  cancelMessageContactUpdate: {
    summary: "Drop a pending change",
    description:
      "Drops a change of address or number that is not verified yet. Names the pending address, the pending number, or both.",
    body: bodies.CancelMessageContactUpdateBody,
    headers: ["Prefer"],
    answers: [
      {
        status: 200,
        description: "The pending change was dropped.",
        shapes: CHANGED,
        headers: ["Preference-Applied"],
      },
    ],
    example: {
      id: "c-X1vOq7bK3tJyW8Ln",
      body: { emailAddress: "wangwu.ops@example.com" },
    },
  },
  deleteMessageContact: {
    summary: "Delete a contact",
    description:
      "Deletes a contact: at once when members keep it, in the background when they do not.",
    query: queries.DeleteMessageContactQuery,
    answers: [
      {
        status: 200,
        description: "The contact is gone; members keep their copy.",
        shapes: [ContactDeletion],
        example: {
          state: DeletionState.DELETED,
          stateRaw: null,
          isFinal: true,
        },
      },
      {
        status: 202,
        description:
          "The deletion runs in the background; `Location` is where to follow it.",
        shapes: [ContactDeletion],
        headers: ["Location", "Retry-After"],
        example: { state: DeletionState.IN_PROGRESS },
      },
    ],
    example: {
      id: "c-N8yGw3rC1lIhJ6Us",
      query: { retainContactInMembers: true },
    },
  },
  sendEmailVerificationForMessageContact: {
    summary: "Send a verification e-mail",
    description:
      "Sends the verification e-mail to a pending address. Counts against the daily cap.",
    body: bodies.SendEmailVerificationForMessageContactBody,
    answers: [
      {
        status: 202,
        description: "The vendor took the order to send.",
        shapes: [bodies.SentVerification],
      },
    ],
    example: {
      id: "c-p0SgA2eH6iUzD9Fm",
      body: { emailAddress: "marta.new@example.com" },
    },
  },
  sendPhoneVerificationForMessageContact: {
    summary: "Send a verification text message",
    description:
      "Sends the verification text message to a pending number. Counts against the daily cap.",
    body: bodies.SendPhoneVerificationForMessageContactBody,
    answers: [
      {
        status: 202,
        description: "The vendor took the order to send.",
        shapes: [bodies.SentVerification],
      },
    ],
    example: {
      id: "c-X1vOq7bK3tJyW8Ln",
      body: { phoneNumber: "86-13900000044" },
    },
  },
  associateMembers: {
    summary: "Bind a contact",
    description:
      "Binds a contact to the directory, folders or member accounts. Up to five targets are one vendor call: all of them or none. More go in several calls, in order, up to the first that fails.",
    body: bodies.AssociateMembersBody,
    answers: [
      {
        status: 200,
        description: "The bindings made.",
        shapes: [bulk.BindingChanges],
      },
      SOME_TARGETS,
    ],
    example: {
      id: "c-K2aQv9mE4zTxO7Pd",
      body: { targetIds: ["fd-Qm81rWc5Xe", "1997968394350006"] },
    },
  },
  disassociateMembers: {
    summary: "Unbind a contact",
    description:
      "Unbinds a contact from the directory, folders or member accounts. Up to five targets are one vendor call. More go in several calls, in order, up to the first that fails.",
    query: queries.DisassociateMembersQuery,
    answers: [
      {
        status: 200,
        description: "The bindings undone.",
        shapes: [bulk.BindingChanges],
      },
      SOME_TARGETS,
    ],
    example: {
      id: "c-D7eLz1oV5kMpX0Gt",
      query: { targetId: ["1997968394350002", "1997968394350003"] },
    },
  },
} as const satisfies Partial<Record<Operation, Write>>;

/** The second form of `updateMessageContact`: many at once. */
export const BATCH_UPDATE = {
  summary: "Change many contacts",
  description:
    "Changes up to 50 contacts, one after the other in the order given. All items are checked before the first is sent; a contact can be named once. What is wrong with one item does not stop the others; a vendor in trouble does.",
  body: bulk.BatchUpdateBody,
  answers: [
    {
      status: 200,
      description: "Every change was made.",
      shapes: [bulk.BatchUpdateResults],
    },
    {
      status: 207,
      description:
        "Some changes were not made: each result tells what became of one.",
      shapes: [bulk.BatchUpdateResults],
      example: { isComplete: false },
    },
  ],
  example: {
    body: {
      inputs: [
        { contactId: "c-qL4HqKONzOM7aB3d", title: ContactTitle.CEO },
        {
          contactId: "c-D7eLz1oV5kMpX0Gt",
          messageTypes: [MessageType.FAULT_MESSAGE],
        },
      ],
    },
  },
} as const satisfies Write;
