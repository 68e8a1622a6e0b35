import { applyDecorators } from "@nestjs/common";
import {
  ID,
  Int,
  ObjectType,
  type FieldMiddleware,
  type NextFn,
} from "@nestjs/graphql";
import type { GraphQLResolveInfo } from "graphql";
import { CostsCalls, type UpstreamCalls } from "../../graphql/upstream-cost.js";
import { BindingTargetKind, ItemStatus } from "./enums.js";
import { ContactDeletion } from "./contact-deletion.js";
import { MessageContact, NESTED_READS } from "./message-contact.js";
import { DateTime, LocalDateTime } from "./scalars.js";
import { ShapeField } from "./shape-field.js";
import { UserError } from "./user-errors.js";

/** A function that computes a field's value; called only when the field is selected. */
export type OnDemand<T> = (
  args: unknown,
  context: unknown,
  info: GraphQLResolveInfo,
) => Promise<T> | T;

/** A contact of which only the fields that the mutation returned are known. */
export type KnownContact = Pick<MessageContact, "id"> & Partial<MessageContact>;

export const Errors = (): PropertyDecorator =>
  ShapeField(() => UserError, {
    list: true,
    graphqlOnly: true,
    description:
      "Why the change, or a part of it, was not made. Empty after success. Bulk results list the errors of each item as well.",
  });

export const ItemErrors = (): PropertyDecorator =>
  ShapeField(() => UserError, {
    list: true,
    graphqlOnly: true,
    description:
      "Errors of this item; empty unless `status` is `FAILED`. An error that a single change would report at the top level is a `CallFailedError` here, so that the other results are kept.",
  });

/** Computes an on-demand value. Runs only for selected fields. */
const computeOnDemand: FieldMiddleware = async (
  { args, context, info },
  next: NextFn<OnDemand<unknown> | null>,
) => {
  const value = await next();
  return typeof value === "function" && info != null
    ? value(args, context, info)
    : value;
};

/** Fields of a contact that can be resolved without reading the contact itself. */
export const READ_BY_ID: ReadonlySet<string> = new Set([
  "__typename",
  ...NESTED_READS,
]);

const READS_CONTACT: UpstreamCalls = {
  calls: (selected) =>
    [...selected].some((name) => name !== "id" && !READ_BY_ID.has(name))
      ? 1
      : 0,
};

export const Contact = (): PropertyDecorator =>
  applyDecorators(
    CostsCalls(READS_CONTACT),
    ShapeField(() => MessageContact, {
      nullable: true,
      graphqlOnly: true,
      middleware: [computeOnDemand],
      description:
        "The changed contact; null when `errors` is not empty. Fields that the change itself does not return cost one more upstream read and need the scope `contacts:read`.",
    }),
  );

@ObjectType({
  description: "Result of `addMessageContact`. Scope: `contacts:write`.",
})
export class AddMessageContactPayload {
  @Contact()
  contact!: OnDemand<KnownContact | null> | null;

  @Errors()
  errors!: UserError[];
}

@ObjectType({
  description: "Result of `updateMessageContact`. Scope: `contacts:write`.",
})
export class UpdateMessageContactPayload {
  @Contact()
  contact!: OnDemand<KnownContact | null> | null;

  @Errors()
  errors!: UserError[];
}

@ObjectType({
  description: "Result of `deleteMessageContact`. Scope: `contacts:delete`.",
})
export class DeleteMessageContactPayload {
  @ShapeField(() => ContactDeletion, {
    nullable: true,
    graphqlOnly: true,
    description:
      "State of the deletion: `DELETED`, or `IN_PROGRESS` while it runs in the background. In that case poll or subscribe to `messageContactDeletionStatus`.",
  })
  deletion!: ContactDeletion | null;

  @Errors()
  errors!: UserError[];
}

@ObjectType({
  description:
    "Result of `cancelMessageContactUpdate`. Scope: `contacts:write`.",
})
export class CancelMessageContactUpdatePayload {
  @Contact()
  contact!: OnDemand<KnownContact | null> | null;

  @Errors()
  errors!: UserError[];
}

const SentAt = (): PropertyDecorator =>
  ShapeField(() => DateTime, {
    nullable: true,
    description:
      "Time at which the vendor accepted the message for sending. Null when it did not.",
    example: "2026-01-31T08:30:00.000Z",
  });

const RetryAfterSeconds = (): PropertyDecorator =>
  ShapeField(() => Int, {
    nullable: true,
    description:
      "Seconds until another message may be sent to the same target. Null when no message was sent.",
    example: 60,
  });

const RemainingToday = (): PropertyDecorator =>
  ShapeField(() => Int, {
    nullable: true,
    description:
      "Maximum number of e-mails left under the daily limit. E-mails sent without this gateway are not counted. Null when no limit is known, as for text messages.",
    example: 99,
  });

@ObjectType({
  description:
    "Result of `sendEmailVerificationForMessageContact`. Scope: `contacts:verify`.",
})
export class SendEmailVerificationForMessageContactPayload {
  @SentAt()
  sentAt!: string | null;

  @RetryAfterSeconds()
  retryAfterSeconds!: number | null;

  @RemainingToday()
  remainingToday!: number | null;

  @Contact()
  contact!: OnDemand<KnownContact | null> | null;

  @Errors()
  errors!: UserError[];
}

@ObjectType({
  description:
    "Result of `sendPhoneVerificationForMessageContact`. Scope: `contacts:verify`.",
})
export class SendPhoneVerificationForMessageContactPayload {
  @SentAt()
  sentAt!: string | null;

  @RetryAfterSeconds()
  retryAfterSeconds!: number | null;

  @RemainingToday()
  remainingToday!: number | null;

  @Contact()
  contact!: OnDemand<KnownContact | null> | null;

  @Errors()
  errors!: UserError[];
}

/** One binding that was created or removed. */
@ObjectType({
  description:
    "One binding that was created or removed. Scope: `contacts:bind`.",
})
export class BindingChange {
  @ShapeField(() => ID, {
    description: "ID of the contact.",
    example: "c-qL4HqKONzOM7aB3d",
  })
  contactId!: string;

  @ShapeField(() => ID, {
    description: "Target that the contact was bound to or unbound from.",
    example: "fd-ZDNPiT5a8b",
  })
  targetId!: string;

  @ShapeField(() => BindingTargetKind, {
    description: "Kind of the target.",
    example: BindingTargetKind.FOLDER,
  })
  kind!: BindingTargetKind;

  @ShapeField(() => LocalDateTime, {
    nullable: true,
    description:
      "Time of the change, in the vendor's local time (no time zone).",
    example: "2023-03-27T17:19:21",
  })
  changedAt!: string | null;
}

/** Result for one target. */
@ObjectType({
  description:
    "Result for one target. Up to five targets share one vendor call and its outcome. Scope: `contacts:bind`.",
})
export class BindingResult {
  @ShapeField(() => ID, {
    description: "ID of the target.",
    example: "fd-ZDNPiT5a8b",
  })
  targetId!: string;

  @ShapeField(() => ItemStatus, {
    description: "Whether the change was made.",
  })
  status!: ItemStatus;

  @ItemErrors()
  errors!: UserError[];
}

const Results = (): PropertyDecorator =>
  ShapeField(() => BindingResult, {
    list: true,
    graphqlOnly: true,
    description:
      "One result per target, in the order of the input. Empty when the request was rejected as a whole. After the first failed vendor call, the remaining targets are not attempted.",
  });

const Changes = (): PropertyDecorator =>
  ShapeField(() => BindingChange, {
    list: true,
    description: "Changes that the vendor reported.",
  });

@ObjectType({
  description: "Result of `associateMembers`. Scope: `contacts:bind`.",
})
export class AssociateMembersPayload {
  @Changes()
  changes!: BindingChange[];

  @Results()
  results!: BindingResult[];

  @Contact()
  contact!: OnDemand<KnownContact | null> | null;

  @Errors()
  errors!: UserError[];
}

@ObjectType({
  description: "Result of `disassociateMembers`. Scope: `contacts:bind`.",
})
export class DisassociateMembersPayload {
  @Changes()
  changes!: BindingChange[];

  @Results()
  results!: BindingResult[];

  @Contact()
  contact!: OnDemand<KnownContact | null> | null;

  @Errors()
  errors!: UserError[];
}
