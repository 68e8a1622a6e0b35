import type { RestAnswer } from "../../openapi/rest-operation.js";
import { ContactDeletion } from "../shapes/contact-deletion.js";
import { ContactTitle, DeletionState, MessageType } from "../shapes/enums.js";
import * as inputs from "../shapes/inputs.js";
import { MessageContact } from "../shapes/message-contact.js";
import * as bodies from "../shapes/rest-bodies.js";
import * as queries from "../shapes/rest-queries.js";
import { linkTo, RestOperation } from "./rest-operation.decorator.js";

/** The contact of the request, for links. */
const SAME_CONTACT = "$request.path.id";

/** The whole contact, if `Prefer` requests it. */
const REPRESENTATION = {
  shape: MessageContact,
  name: "representation",
  example: { associatedAt: null },
} as const;

/** Response to a change: only what the vendor returns, unless `Prefer` requests the contact. */
const changed = (description: string): RestAnswer => ({
  status: 200,
  description,
  bodies: [
    { shape: bodies.ChangedMessageContact, name: "default" },
    REPRESENTATION,
  ],
  headers: ["Preference-Applied"],
  links: {
    GetMessageContact: linkTo(
      "getMessageContact",
      "Reads the changed contact.",
      SAME_CONTACT,
    ),
    ListMessageContactVerifications: linkTo(
      "listMessageContactVerifications",
      "Lists the pending verifications.",
      SAME_CONTACT,
    ),
  },
});

const sent: RestAnswer = {
  status: 202,
  description: "The vendor accepted the message for sending.",
  bodies: [{ shape: bodies.SentVerification }],
  links: {
    ListMessageContactVerifications: linkTo(
      "listMessageContactVerifications",
      "Lists the pending verifications.",
      SAME_CONTACT,
    ),
  },
};

/** Declares `POST /`. */
export const AddMessageContact = (): MethodDecorator =>
  RestOperation("addMessageContact", {
    summary: "Add a contact",
    description:
      "Adds a contact. No message is sent until you request a verification. By default the response contains only the fields that the vendor returns. Send `Prefer: return=representation` for the whole contact (one more upstream call).",
    body: inputs.AddMessageContactInput,
    headers: ["Prefer"],
    answers: [
      {
        status: 201,
        description: "The contact was added. `Location` is its URL.",
        bodies: [
          { shape: bodies.AddedMessageContact, name: "default" },
          REPRESENTATION,
        ],
        headers: ["Location", "Preference-Applied"],
        links: {
          GetMessageContact: linkTo(
            "getMessageContact",
            "Reads the new contact.",
          ),
          SendEmailVerification: linkTo(
            "sendEmailVerificationForMessageContact",
            "Sends the verification e-mail.",
          ),
          AssociateMembers: linkTo(
            "associateMembers",
            "Binds the new contact to its targets.",
          ),
        },
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
  });

/** Declares `PATCH /{id}`. */
export const UpdateMessageContact = (): MethodDecorator =>
  RestOperation("updateMessageContact", {
    summary: "Change a contact",
    description:
      "Changes at least one field. Omitted fields keep their values; null is rejected. A new address or number takes effect after its owner has confirmed it. By default the response contains only the fields that the vendor returns. Send `Prefer: return=representation` for the whole contact (one more upstream call).",
    path: inputs.MessageContactArgs,
    body: bodies.UpdateMessageContactBody,
    headers: ["Prefer", "If-Match"],
    answers: [changed("The change was made.")],
    example: {
      id: "c-u3MZ9cGd7sLfE1Yh",
      body: {
        emailAddress: "lisa.new@example.com",
        messageTypes: [MessageType.ACCOUNT_EXPENSES],
      },
    },
  });

/** Declares `POST /{id}/cancel-update`. */
export const CancelMessageContactUpdate = (): MethodDecorator =>
  RestOperation("cancelMessageContactUpdate", {
    summary: "Cancel a pending change",
    description:
      "Cancels a change of address or number that is not verified yet. The body contains the pending address, the pending number, or both.",
    path: inputs.MessageContactArgs,
    body: bodies.CancelMessageContactUpdateBody,
    headers: ["Prefer", "If-Match"],
    answers: [changed("The pending change was cancelled.")],
    example: {
      id: "c-X1vOq7bK3tJyW8Ln",
      body: { emailAddress: "wangwu.ops@example.com" },
    },
  });

/** Declares `DELETE /{id}`. */
export const DeleteMessageContact = (): MethodDecorator =>
  RestOperation("deleteMessageContact", {
    summary: "Delete a contact",
    description:
      "Deletes a contact: at once when member accounts keep it, otherwise in the background.",
    path: inputs.MessageContactArgs,
    query: queries.DeleteMessageContactQuery,
    headers: ["If-Match"],
    answers: [
      {
        status: 200,
        description: "The contact was deleted; member accounts keep it.",
        bodies: [
          {
            shape: ContactDeletion,
            example: {
              state: DeletionState.DELETED,
              stateRaw: null,
              isFinal: true,
            },
          },
        ],
      },
      {
        status: 202,
        description:
          "The deletion runs in the background. `Location` is the URL of its state.",
        bodies: [{ shape: ContactDeletion }],
        headers: ["Location", "Retry-After"],
        links: {
          GetMessageContactDeletionStatus: linkTo(
            "getMessageContactDeletionStatus",
            "Reads the state of the deletion.",
            SAME_CONTACT,
          ),
          WatchMessageContactDeletion: linkTo(
            "watchMessageContactDeletion",
            "Follows the deletion until it ends.",
            SAME_CONTACT,
          ),
        },
      },
    ],
    example: {
      id: "c-N8yGw3rC1lIhJ6Us",
      query: { retainContactInMembers: true },
    },
  });

/** Declares `POST /{id}/verifications/email`. */
export const SendEmailVerification = (): MethodDecorator =>
  RestOperation("sendEmailVerificationForMessageContact", {
    summary: "Send a verification e-mail",
    description:
      "Sends the verification e-mail to a pending address. Counts against the daily limit.",
    path: inputs.MessageContactArgs,
    body: bodies.SendEmailVerificationForMessageContactBody,
    answers: [sent],
    example: {
      id: "c-p0SgA2eH6iUzD9Fm",
      body: { emailAddress: "marta.new@example.com" },
    },
  });

/** Declares `POST /{id}/verifications/phone`. */
export const SendPhoneVerification = (): MethodDecorator =>
  RestOperation("sendPhoneVerificationForMessageContact", {
    summary: "Send a verification text message",
    description:
      "Sends the verification text message to a pending number. Counts against the daily limit.",
    path: inputs.MessageContactArgs,
    body: bodies.SendPhoneVerificationForMessageContactBody,
    answers: [sent],
    example: {
      id: "c-X1vOq7bK3tJyW8Ln",
      body: { phoneNumber: "86-13900000044" },
    },
  });
