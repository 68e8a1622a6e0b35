import type { EventStream } from "../../openapi/events.js";
import { ContactDeletion } from "../shapes/contact-deletion.js";
import { ContactStatusUpdate } from "../watch/contact-status-update.js";
import { ContactStatus, DeletionState } from "../shapes/enums.js";
import * as inputs from "../shapes/inputs.js";
import { RestOperation } from "./rest-operation.decorator.js";

const DELETION_EVENTS: EventStream = {
  schema: "DeletionEvent",
  description: "An event of a deletion.",
  kinds: [
    {
      name: "message",
      schema: "DeletionMessageEvent",
      description: "A state of the deletion.",
      hasId: true,
      data: ContactDeletion,
    },
    {
      name: "complete",
      schema: "DeletionCompleteEvent",
      description: "The last event, after a final state. Close the stream.",
      hasId: false,
    },
    {
      name: "problem",
      schema: "DeletionProblemEvent",
      description:
        "The last event, when the credential has expired or was revoked.",
      hasId: false,
      data: { component: "Problem" },
    },
  ],
  example: [
    { kind: "message", id: "IN_PROGRESS.0a7f3c" },
    {
      kind: "message",
      id: "DELETED.1vq8x2",
      data: { state: DeletionState.DELETED, stateRaw: null, isFinal: true },
    },
    { kind: "complete" },
  ],
};

/** Declares `GET /{id}/deletion/events`. */
export const WatchMessageContactDeletion = (): MethodDecorator =>
  RestOperation("getMessageContactDeletionStatus", {
    summary: "Watch a deletion",
    description:
      "Server-sent events: a `message` for each state of the deletion, then `complete` after a final state. Each message contains the same data as `GET /{id}/deletion`. When the credential expires or is revoked, the last event is `problem` with a problem document.",
    path: inputs.MessageContactArgs,
    headers: ["Last-Event-ID"],
    answers: [
      { status: 200, description: "The events.", events: DELETION_EVENTS },
      {
        status: 204,
        description:
          "`Last-Event-ID` is the id of a final state: no more events will follow.",
      },
    ],
    errors: [],
    example: { id: "c-H4nUc6jS8wFiB2Ry" },
  });

const STATUS_EVENTS: EventStream = {
  schema: "StatusEvent",
  description: "An event of a contact's status.",
  kinds: [
    {
      name: "message",
      schema: "StatusMessageEvent",
      description: "A status of the contact.",
      hasId: true,
      data: ContactStatusUpdate,
    },
    {
      name: "complete",
      schema: "StatusCompleteEvent",
      description:
        "The last event, when the contact is active or does not exist. Close the stream.",
      hasId: false,
    },
    {
      name: "problem",
      schema: "StatusProblemEvent",
      description:
        "The last event, when the credential has expired or was revoked.",
      hasId: false,
      data: { component: "Problem" },
    },
  ],
  example: [
    { kind: "message", id: "open.Verifying" },
    {
      kind: "message",
      id: "final.Active",
      data: {
        status: ContactStatus.ACTIVE,
        statusRaw: "Active",
        isFinal: true,
      },
    },
    { kind: "complete" },
  ],
};

/** Declares `GET /{id}/status/events`. */
export const WatchMessageContactStatus = (): MethodDecorator =>
  RestOperation("getMessageContact", {
    summary: "Watch the status of a contact",
    description:
      "Server-sent events: a `message` for each status, then `complete` when the contact is active or does not exist. When the credential expires or is revoked, the last event is `problem` with a problem document.",
    path: inputs.MessageContactArgs,
    headers: ["Last-Event-ID"],
    answers: [
      { status: 200, description: "The events.", events: STATUS_EVENTS },
      {
        status: 204,
        description:
          "`Last-Event-ID` is the id of the last status: no more events will follow.",
      },
    ],
    errors: [],
    example: { id: "c-qL4HqKONzOM7aB3d" },
  });
