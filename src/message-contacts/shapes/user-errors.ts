import { Int, InterfaceType, ObjectType } from "@nestjs/graphql";
import { ErrorCode } from "../../errors/error-codes.js";
import { ContactStatus } from "./enums.js";
import { ShapeField } from "./shape-field.js";

/** Details of an error that the vendor returned. */
@ObjectType({
  description:
    "Details of an error that the vendor returned, for support cases.",
})
export class UpstreamErrorInfo {
  @ShapeField(() => String, {
    description:
      "Error code of the vendor, such as `InvalidParameter.Name.Length`.",
    example: "InvalidParameter.Name.Length",
  })
  code!: string;

  @ShapeField(() => Int, {
    description: "HTTP status of the vendor's response.",
    example: 400,
    openapi: { minimum: 100, maximum: 599 },
  })
  httpStatus!: number;

  @ShapeField(() => String, {
    nullable: true,
    description: "RequestId of the vendor's response.",
    example: "9B34724D-54B0-4A51-B34D-4512372FE1BE",
  })
  requestId!: string | null;
}

/** An error that the caller can resolve. */
@InterfaceType({
  description:
    "An error that the caller can resolve. Select the common fields directly, without a type condition.",
  resolveType: (error: UserError) => error.__typename,
})
export abstract class UserError {
  readonly __typename!: string;

  @ShapeField(() => ErrorCode, {
    description: "Stable error code, for programs.",
  })
  code!: ErrorCode;

  @ShapeField(() => String, {
    description:
      "Error message for people, in the language of `Accept-Language` (en, zh-CN). Its wording may change at any time.",
  })
  message!: string;

  @ShapeField(() => String, {
    list: true,
    nullable: true,
    description:
      'Path into `input`, such as `["emailAddress"]` or `["targetIds", "2"]`; null when the error is not about a single argument.',
  })
  field!: readonly string[] | null;

  @ShapeField(() => UpstreamErrorInfo, {
    nullable: true,
    description:
      "Details of the vendor's error; null when the vendor was not called.",
  })
  upstream!: UpstreamErrorInfo | null;
}

/** An argument is invalid. */
@ObjectType({
  implements: () => [UserError],
  description: "An argument is invalid.",
})
export class InvalidInputError extends UserError {
  override readonly __typename = "InvalidInputError";

  @ShapeField(() => String, {
    description:
      "Name of the rule: `required`, `type`, `format`, `length`, `letters-only`, `country-code`, `one-of`, `any-of`, `unique`, `range` or `unknown-field`.",
    example: "length",
  })
  rule!: string;

  @ShapeField(() => Int, {
    nullable: true,
    description: "Lower bound of the rule, if it has one.",
    example: 2,
  })
  min!: number | null;

  @ShapeField(() => Int, {
    nullable: true,
    description: "Upper bound of the rule, if it has one.",
    example: 12,
  })
  max!: number | null;
}

/** The name is already in use. */
@ObjectType({
  implements: () => [UserError],
  description: "The name is already in use.",
})
export class NameTakenError extends UserError {
  override readonly __typename = "NameTakenError";

  @ShapeField(() => String, {
    description: "The name that is in use.",
    example: "tom",
  })
  name!: string;
}

/** The contact, target or pending verification does not exist. */
@ObjectType({
  implements: () => [UserError],
  description: "The contact, target or pending verification does not exist.",
})
export class NotFoundError extends UserError {
  override readonly __typename = "NotFoundError";

  @ShapeField(() => String, {
    description: "The ID or value that was not found.",
    example: "c-qL4HqKONzOM7aB3d",
  })
  value!: string;
}

/** The current state of the contact or directory does not allow the change. */
@ObjectType({
  implements: () => [UserError],
  description:
    "The current state of the contact or directory does not allow the change.",
})
export class ConflictError extends UserError {
  override readonly __typename = "ConflictError";

  @ShapeField(() => ContactStatus, {
    nullable: true,
    description: "Status of the contact, if it was read.",
  })
  status!: ContactStatus | null;

  @ShapeField(() => Int, {
    nullable: true,
    description: "Seconds to wait before a retry; null when unknown.",
    example: 1,
  })
  retryAfterSeconds!: number | null;
}

/** The contact no longer has the given etag. */
@ObjectType({
  implements: () => [UserError],
  description:
    "The contact was changed since it was read: it no longer has the etag given as `ifMatch`. Nothing was changed.",
})
export class ChangedMeanwhileError extends UserError {
  override readonly __typename = "ChangedMeanwhileError";

  @ShapeField(() => String, {
    description:
      "Current etag of the contact. Read the contact before you use it.",
    example: "mH5cTq0Vb2yXw8Zr4KdJ1A",
  })
  currentEtag!: string;
}

/** A quota of the directory or a limit on verification messages is reached. */
@ObjectType({
  implements: () => [UserError],
  description:
    "A quota of the directory or a limit on verification messages is reached.",
})
export class QuotaError extends UserError {
  override readonly __typename = "QuotaError";

  @ShapeField(() => Int, {
    nullable: true,
    description: "The limit, if it is known.",
    example: 20,
  })
  limit!: number | null;

  @ShapeField(() => Int, {
    nullable: true,
    description: "Seconds until the limit is lifted, if known.",
    example: 60,
  })
  retryAfterSeconds!: number | null;
}

/** An item of a bulk change failed for a reason that the caller cannot resolve. */
@ObjectType({
  implements: () => [UserError],
  description:
    "An item of a bulk change failed for a reason that the caller cannot resolve. Occurs only in bulk results; a single change reports a top-level error instead.",
})
export class CallFailedError extends UserError {
  override readonly __typename = "CallFailedError";

  @ShapeField(() => Boolean, {
    description: "Whether the item may be sent again unchanged.",
    example: true,
  })
  retryable!: boolean;

  @ShapeField(() => Int, {
    nullable: true,
    description: "Seconds to wait before a retry; null when unknown.",
    example: 1,
  })
  retryAfterSeconds!: number | null;
}

/** All implementers, for the schema and for `possibleTypes`. */
export const USER_ERRORS = [
  InvalidInputError,
  NameTakenError,
  NotFoundError,
  ConflictError,
  ChangedMeanwhileError,
  QuotaError,
  CallFailedError,
];

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
