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
import { MessageContact, READ_BY_ID } from "./message-contact.js";
import { DateTime, LocalDateTime } from "./scalars.js";
import { ShapeField } from "./shape-field.js";
import { Errors, ItemErrors, type UserError } from "./user-errors.js";

/** A function that computes a field's value; called only when the field is selected. */
export type OnDemand<T> = (
  args: unknown,
  context: unknown,
  info: GraphQLResolveInfo,
) => Promise<T> | T;

/** A contact of which only the fields that the mutation returned are known. */
export type KnownContact = Pick<MessageContact, "id"> & Partial<MessageContact>;

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

/** One call if fields are selected that the mutation does not know. */
function readsContactUnless(known: ReadonlySet<string>): UpstreamCalls {
  return {
    calls: (selected) =>
      [...selected].some((name) => !known.has(name) && !READ_BY_ID.has(name))
        ? 1
        : 0,
  };
}

function ContactOf(
  upstream: UpstreamCalls,
  description: string,
): PropertyDecorator {
  return applyDecorators(
    CostsCalls(upstream),
    ShapeField(() => MessageContact, {
      nullable: true,
      graphqlOnly: true,
      middleware: [computeOnDemand],
      description,
    }),
  );
}

export const Contact = (): PropertyDecorator =>
  ContactOf(
    readsContactUnless(new Set(["id"])),
    "The changed contact; null when `errors` is not empty. Fields that the change itself does not return cost one more upstream read and need the scope `contacts:read`.",
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

/** Fields of a contact that are known after its deletion has been accepted. */
const KNOWN_WHEN_DELETED: ReadonlySet<string> = new Set([
  "id",
  "status",
  "statusRaw",
]);

@ObjectType({
  description: "Result of `deleteMessageContact`. Scope: `contacts:delete`.",
})
export class DeleteMessageContactPayload {
  @ContactOf(
    readsContactUnless(KNOWN_WHEN_DELETED),
    "The contact with its new status, for client caches; null when `errors` is not empty. `id`, `status`, `statusRaw` and `deletion` cost no further call. Any other field costs one more upstream read and needs the scope `contacts:read`; `contact` is null if this read finds no contact.",
  )
  contact!: OnDemand<KnownContact | null> | null;

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
