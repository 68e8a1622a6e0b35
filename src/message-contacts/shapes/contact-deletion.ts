import { ID, Int, ObjectType } from "@nestjs/graphql";
import { ErrorCode } from "../../errors/error-codes.js";
import { DeletionState, MessageType } from "./enums.js";
import { DateTime } from "./scalars.js";
import { ShapeField } from "./shape-field.js";

const CONTACT_ID = "c-qL4HqKONzOM7aB3d";
const READ = "Scope: `contacts:read`.";

/** A member account that could not release the contact. */
@ObjectType({
  description:
    "A member account that could not release the contact: give it another recipient for these message types, then delete again.",
})
export class DeletionFailure {
  @ShapeField(() => ID, {
    description: `The member account. ${READ}`,
    example: "1997968394351234",
  })
  accountId!: string;

  @ShapeField(() => MessageType, {
    list: true,
    description: `Kinds of message for which the account still needs the contact. ${READ}`,
    enumName: "MessageType",
  })
  messageTypes!: MessageType[];

  @ShapeField(() => String, {
    list: true,
    description: `The vendor's own words for \`messageTypes\`, in the same order. ${READ}`,
    example: ["AccountExpenses"],
  })
  messageTypesRaw!: string[];

  @ShapeField(() => String, {
    description: `What to do about it, in the language of \`Accept-Language\` (en, zh-CN). ${READ}`,
    example:
      "In account 1997968394351234 choose another recipient for ACCOUNT_EXPENSES, then delete the contact again.",
  })
  advice!: string;
}

/** Why a state could not be looked up just now. */
@ObjectType({
  description:
    "Why the state of a deletion could not be looked up just now. It is looked up again, and disappears once that succeeds.",
})
export class DeletionProblem {
  @ShapeField(() => ErrorCode, {
    description: `Stable, for programs. ${READ}`,
    enumName: "ErrorCode",
  })
  code!: ErrorCode;

  @ShapeField(() => String, {
    description: `For people, in the language of \`Accept-Language\` (en, zh-CN). ${READ}`,
  })
  message!: string;

  @ShapeField(() => Boolean, {
    description: `Whether looking again can help without anybody acting. ${READ}`,
    example: true,
  })
  retryable!: boolean;

  @ShapeField(() => Int, {
    nullable: true,
    description: `When the gateway looks again, in seconds. ${READ}`,
    example: 2,
  })
  retryAfterSeconds!: number | null;
}

/** Progress and result of a deletion. */
@ObjectType({ description: "Progress and result of a deletion." })
export class ContactDeletion {
  @ShapeField(() => ID, {
    description: `The contact. ${READ}`,
    example: CONTACT_ID,
  })
  contactId!: string;

  @ShapeField(() => DeletionState, {
    description: `How far the deletion is. ${READ}`,
    enumName: "DeletionState",
  })
  state!: DeletionState;

  @ShapeField(() => String, {
    nullable: true,
    description: `The vendor's own word for the state; null when it has none, as for a deletion that is over. ${READ}`,
    example: "Deleting",
  })
  stateRaw!: string | null;

  @ShapeField(() => Boolean, {
    description: `Whether the state stays as it is until somebody acts. Subscriptions end after such a state. False while \`problem\` is set. ${READ}`,
    example: false,
  })
  isFinal!: boolean;

  @ShapeField(() => DeletionFailure, {
    list: true,
    description: `Only with \`FAILED\`: which member accounts still need the contact, and for which message types. ${READ}`,
  })
  failures!: DeletionFailure[];

  @ShapeField(() => DateTime, {
    nullable: true,
    description: `When this gateway first saw the deletion; null when it never saw one. ${READ}`,
    example: "2026-01-31T08:30:00.000Z",
  })
  observedAt!: string | null;

  @ShapeField(() => Boolean, {
    nullable: true,
    description: `Whether this gateway started the deletion. False: somebody else did, so that when it began is not known. Null when no deletion was seen. ${READ}`,
    example: true,
  })
  startedHere!: boolean | null;

  @ShapeField(() => String, {
    nullable: true,
    description: `What to do next, in the language of \`Accept-Language\` (en, zh-CN); null when there is nothing to do. ${READ}`,
  })
  advice!: string | null;

  @ShapeField(() => DeletionProblem, {
    nullable: true,
    description: `Why the state could not be looked up just now; \`state\` is then the last one known, or \`UNKNOWN\` without being final. Null when all is well. ${READ}`,
  })
  problem!: DeletionProblem | null;
}
