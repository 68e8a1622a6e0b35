import { ID, Int, ObjectType } from "@nestjs/graphql";
import { ErrorCode } from "../../errors/error-codes.js";
import { ERRORS } from "../../errors/error-table.js";
import { DeletionState, MessageType } from "./enums.js";
import { DateTime } from "./scalars.js";
import { ShapeField } from "./shape-field.js";

const CONTACT_ID = "c-qL4HqKONzOM7aB3d";

/** A member account that still needs the contact. */
@ObjectType({
  description:
    "A member account that still needs the contact. Give the account another recipient for these message types, then delete the contact again.",
})
export class DeletionFailure {
  @ShapeField(() => ID, {
    description: "ID of the member account.",
    example: "1997968394351234",
  })
  accountId!: string;

  @ShapeField(() => MessageType, {
    list: true,
    description: "Message types for which the account still needs the contact.",
    example: [MessageType.ACCOUNT_EXPENSES],
  })
  messageTypes!: MessageType[];

  @ShapeField(() => String, {
    list: true,
    description: `Message types as the vendor spells them, in the order of \`messageTypes\`.`,
    example: ["AccountExpenses"],
  })
  messageTypesRaw!: string[];

  @ShapeField(() => String, {
    description:
      "What to do about this account, in the language of `Accept-Language` (en, zh-CN).",
    example:
      "In account 1997968394351234 choose another recipient for ACCOUNT_EXPENSES, then delete the contact again.",
  })
  advice!: string;
}

/** Why the current state of a deletion could not be read. */
@ObjectType({
  description:
    "Why the current state of a deletion could not be read. The gateway tries again; the problem becomes null after the next successful read.",
})
export class DeletionProblem {
  @ShapeField(() => ErrorCode, {
    description: "Stable error code, for programs.",
    example: ErrorCode.UPSTREAM_UNAVAILABLE,
  })
  code!: ErrorCode;

  @ShapeField(() => String, {
    description:
      "Error message for people, in the language of `Accept-Language` (en, zh-CN).",
    example: ERRORS.UPSTREAM_UNAVAILABLE.message.en,
  })
  message!: string;

  @ShapeField(() => Boolean, {
    description: "Whether a later attempt can succeed without any change.",
    example: true,
  })
  retryable!: boolean;

  @ShapeField(() => Int, {
    nullable: true,
    description: "Seconds until the gateway reads the state again.",
    example: 2,
    openapi: { minimum: 0 },
  })
  retryAfterSeconds!: number | null;
}

/** Progress and result of a deletion. */
@ObjectType({
  description:
    "Progress and result of a deletion. Scope: `contacts:read`, or `contacts:delete` in the result of `deleteMessageContact`.",
})
export class ContactDeletion {
  @ShapeField(() => ID, {
    description: "ID of the contact.",
    example: CONTACT_ID,
  })
  contactId!: string;

  @ShapeField(() => DeletionState, {
    description: "Progress of the deletion.",
    example: DeletionState.IN_PROGRESS,
  })
  state!: DeletionState;

  @ShapeField(() => String, {
    nullable: true,
    description:
      "State as the vendor spells it. Null when the vendor reports no state, for example after the deletion has finished.",
    example: "Deleting",
  })
  stateRaw!: string | null;

  @ShapeField(() => Boolean, {
    description:
      "Whether the state is final: it changes only after a new request. Subscriptions end after a final state. False while `problem` is set.",
    example: false,
  })
  isFinal!: boolean;

  @ShapeField(() => DeletionFailure, {
    list: true,
    description:
      "Member accounts that still need the contact, with their message types. Empty unless `state` is `FAILED`.",
    example: [],
  })
  failures!: DeletionFailure[];

  @ShapeField(() => DateTime, {
    nullable: true,
    description:
      "Time at which this gateway first observed the deletion. Null when it has observed none.",
    example: "2026-01-31T08:30:00.000Z",
  })
  observedAt!: string | null;

  @ShapeField(() => Boolean, {
    nullable: true,
    description:
      "Whether this gateway started the deletion. False when another client started it; its start time is then unknown. Null when the gateway has observed no deletion.",
    example: true,
  })
  startedHere!: boolean | null;

  @ShapeField(() => String, {
    nullable: true,
    description:
      "What to do next, in the language of `Accept-Language` (en, zh-CN). Null when no action is needed.",
  })
  advice!: string | null;

  @ShapeField(() => DeletionProblem, {
    nullable: true,
    description:
      "Why the current state could not be read. `state` is then the last known state, or a non-final `UNKNOWN`. Null when the last read succeeded.",
  })
  problem!: DeletionProblem | null;
}
