import type { RestOperation } from "../../openapi/rest-operation.js";
import type { Operation } from "../../upstream/operations.js";
import { ContactDeletion } from "../shapes/contact-deletion.js";
import { ContactTitle, DeletionState, MessageType } from "../shapes/enums.js";
import * as inputs from "../shapes/inputs.js";
import { MessageContact } from "../shapes/message-contact.js";
import * as bodies from "../shapes/rest-bodies.js";
import * as bulk from "../shapes/rest-bulk.js";
import * as queries from "../shapes/rest-queries.js";

/** The whole contact if `Prefer` requests it, otherwise the fields that the vendor returns. */
const CHANGED = [MessageContact, bodies.ChangedMessageContact];

type Write = Omit<RestOperation, "isWrite" | "scope" | "errors">;

/** Response when a later vendor call fails after an earlier one has succeeded. */
const PARTIAL_RESULT = {
  status: 207,
  description:
    "Only some of the targets were changed; each result shows the status of one target.",
  shapes: [bulk.BindingChanges],
  example: { isComplete: false },
} as const;

/** Documentation of the changes. Their errors come from the mutations. */
export const WRITES = {
  addMessageContact: {
    summary: "Add a contact",
    description:
      "Adds a contact. No message is sent until you request a verification.",
    body: inputs.AddMessageContactInput,
    headers: ["Prefer"],
    answers: [
      {
        status: 201,
        description: "The contact was added. `Location` is its URL.",
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
      "Changes at least one field. Omitted fields keep their values; null is rejected. A new address or number takes effect after its owner has confirmed it. By default the response contains only the fields that the vendor returns. Send `Prefer: return=representation` for the whole contact (one more upstream call).",
    body: bodies.UpdateMessageContactBody,
    headers: ["Prefer", "If-Match"],
    answers: [
      {
        status: 200,
        description: "The change was made.",
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
    summary: "Cancel a pending change",
    description:
      "Cancels a change of address or number that is not verified yet. The body contains the pending address, the pending number, or both.",
    body: bodies.CancelMessageContactUpdateBody,
    headers: ["Prefer", "If-Match"],
    answers: [
      {
        status: 200,
        description: "The pending change was cancelled.",
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
      "Deletes a contact: at once when member accounts keep it, otherwise in the background.",
    query: queries.DeleteMessageContactQuery,
    headers: ["If-Match"],
    answers: [
      {
        status: 200,
        description: "The contact was deleted; member accounts keep it.",
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
          "The deletion runs in the background. `Location` is the URL of its state.",
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
      "Sends the verification e-mail to a pending address. Counts against the daily limit.",
    body: bodies.SendEmailVerificationForMessageContactBody,
    answers: [
      {
        status: 202,
        description: "The vendor accepted the message for sending.",
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
      "Sends the verification text message to a pending number. Counts against the daily limit.",
    body: bodies.SendPhoneVerificationForMessageContactBody,
    answers: [
      {
        status: 202,
        description: "The vendor accepted the message for sending.",
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
      "Binds a contact to the directory, to folders or to member accounts. Up to five targets are sent in one vendor call, which succeeds or fails as a whole. More targets are sent in several calls, in order, up to the first failure.",
    body: bodies.AssociateMembersBody,
    headers: ["If-Match"],
    answers: [
      {
        status: 200,
        description: "The bindings were created.",
        shapes: [bulk.BindingChanges],
      },
      PARTIAL_RESULT,
    ],
    example: {
      id: "c-K2aQv9mE4zTxO7Pd",
      body: { targetIds: ["fd-Qm81rWc5Xe", "1997968394350006"] },
    },
  },
  disassociateMembers: {
    summary: "Unbind a contact",
    description:
      "Unbinds a contact from the directory, from folders or from member accounts. Up to five targets are sent in one vendor call. More targets are sent in several calls, in order, up to the first failure.",
    query: queries.DisassociateMembersQuery,
    headers: ["If-Match"],
    answers: [
      {
        status: 200,
        description: "The bindings were removed.",
        shapes: [bulk.BindingChanges],
      },
      PARTIAL_RESULT,
    ],
    example: {
      id: "c-D7eLz1oV5kMpX0Gt",
      query: { targetId: ["1997968394350002", "1997968394350003"] },
    },
  },
} as const satisfies Partial<Record<Operation, Write>>;

/** Documentation of the batch form of `updateMessageContact`. */
export const BATCH_UPDATE = {
  summary: "Change many contacts",
  description:
    "Changes up to 50 contacts, one after the other. All items are validated before the first one is sent; each contact may occur once. An error that concerns one item only does not stop the others; an upstream failure does.",
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
        "Some changes were not made; each result shows the status of one item.",
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
