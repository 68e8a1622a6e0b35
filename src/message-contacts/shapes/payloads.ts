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

/** A value that graphql-js asks for only when its field is selected. */
export type OnDemand<T> = (
  args: unknown,
  context: unknown,
  info: GraphQLResolveInfo,
) => Promise<T> | T;

/** A contact of which only what the mutation itself told is known. */
export type KnownContact = Pick<MessageContact, "id"> & Partial<MessageContact>;

export const Errors = (): PropertyDecorator =>
  ShapeField(() => UserError, {
    list: true,
    graphqlOnly: true,
    description:
      "Why the change was not carried out, or not all of it; empty when it was. With several items each result has its own as well. Scope: the mutation's.",
  });

export const ItemErrors = (): PropertyDecorator =>
  ShapeField(() => UserError, {
    list: true,
    graphqlOnly: true,
    description:
      "Only with `FAILED`. Of any code: what would be a top-level error for one change is a `CallFailedError` here, so that the other results are not lost. Scope: the mutation's.",
  });

/** Calls an on-demand value: only a selected field comes this far. */
const askedFor: FieldMiddleware = async (
  { args, context, info },
  next: NextFn<OnDemand<unknown> | null>,
) => {
  const value = await next();
  return typeof value === "function" && info != null
    ? value(args, context, info)
    : value;
};

/** Fields of a contact that need no read of the contact itself. */
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
      middleware: [askedFor],
      description:
        "Null when `errors` is not empty. Fields beyond what the change itself tells cost one more upstream read. Scope: the mutation's for what the change tells, `contacts:read` for the rest.",
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
      "`DELETED` at once or `IN_PROGRESS`; then poll or subscribe to `messageContactDeletionStatus`. Scope: `contacts:delete`.",
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
      "When the vendor accepted the order to send; null when it did not. Scope: `contacts:verify`.",
    example: "2026-01-31T08:30:00.000Z",
  });

const RetryAfterSeconds = (): PropertyDecorator =>
  ShapeField(() => Int, {
    nullable: true,
    description:
      "When another message may be sent to the same target, in seconds; null when none was sent. Scope: `contacts:verify`.",
    example: 60,
  });

const RemainingToday = (): PropertyDecorator =>
  ShapeField(() => Int, {
    nullable: true,
    description:
      "How many e-mails the day's cap leaves at most: what is sent past this gateway is not counted. Null where no cap is known, as for text messages. Scope: `contacts:verify`.",
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

/** One binding made or undone. */
@ObjectType({
  description: "One binding made or undone. Scope: `contacts:bind`.",
})
export class BindingChange {
  @ShapeField(() => ID, {
    description: "The contact. Scope: `contacts:bind`.",
    example: "c-qL4HqKONzOM7aB3d",
  })
  contactId!: string;

  @ShapeField(() => ID, {
    description:
      "What it was bound to or unbound from. Scope: `contacts:bind`.",
    example: "fd-ZDNPiT5a8b",
  })
  targetId!: string;

  @ShapeField(() => BindingTargetKind, {
    description: "What the target is. Scope: `contacts:bind`.",
    enumName: "BindingTargetKind",
  })
  kind!: BindingTargetKind;

  @ShapeField(() => LocalDateTime, {
    nullable: true,
    description: "When; vendor's clock, no zone. Scope: `contacts:bind`.",
    example: "2023-03-27T17:19:21",
  })
  changedAt!: string | null;
}

/** What became of one target. */
@ObjectType({
  description:
    "What became of one target. Up to five go in one vendor call and share its outcome. Scope: `contacts:bind`.",
})
export class BindingResult {
  @ShapeField(() => ID, {
    description: "The target. Scope: `contacts:bind`.",
    example: "fd-ZDNPiT5a8b",
  })
  targetId!: string;

  @ShapeField(() => ItemStatus, {
    description: "Whether the change was made. Scope: `contacts:bind`.",
    enumName: "ItemStatus",
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
      "One for each target, in the order given; empty when the whole was refused. After the first vendor call that fails the rest is not attempted. Scope: `contacts:bind`.",
  });

const Changes = (): PropertyDecorator =>
  ShapeField(() => BindingChange, {
    list: true,
    description:
      "What changed, as the vendor reports it. Scope: `contacts:bind`.",
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
