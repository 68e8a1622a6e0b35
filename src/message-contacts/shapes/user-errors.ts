import { Int, InterfaceType, ObjectType } from "@nestjs/graphql";
import { ErrorCode } from "../../errors/error-codes.js";
import { ContactStatus } from "./enums.js";
import { ShapeField } from "./shape-field.js";

/** The vendor's side of an error. */
@ObjectType({
  description: "The vendor's side of an error, for support cases.",
})
export class UpstreamErrorInfo {
  @ShapeField(() => String, {
    description: "Such as `InvalidParameter.Name.Length`.",
    example: "InvalidParameter.Name.Length",
  })
  code!: string;

  @ShapeField(() => Int, {
    description: "HTTP status of the vendor's answer.",
    example: 400,
  })
  httpStatus!: number;

  @ShapeField(() => String, {
    nullable: true,
    description: "The vendor's RequestId.",
    example: "9B34724D-54B0-4A51-B34D-4512372FE1BE",
  })
  requestId!: string | null;
}

/** An outcome the caller can act on. */
@InterfaceType({
  description:
    "An outcome the caller can act on. Select the common fields directly, without a type condition.",
  resolveType: (error: UserError) => error.__typename,
})
export abstract class UserError {
  readonly __typename!: string;

  @ShapeField(() => ErrorCode, {
    description: "Stable, for programs.",
    enumName: "ErrorCode",
  })
  code!: ErrorCode;

  @ShapeField(() => String, {
    description:
      "For people, in the language of `Accept-Language` (en, zh-CN). May change at any time.",
  })
  message!: string;

  @ShapeField(() => String, {
    list: true,
    nullable: true,
    description:
      'Path into `input`, such as `["emailAddress"]` or `["targetIds", "2"]`; null when no single argument is at fault.',
  })
  field!: readonly string[] | null;

  @ShapeField(() => UpstreamErrorInfo, {
    nullable: true,
    description: "What the vendor said, when it was asked at all.",
  })
  upstream!: UpstreamErrorInfo | null;
}

/** An argument breaks a rule. */
@ObjectType({
  implements: () => [UserError],
  description: "An argument breaks a rule.",
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
    description: "Lower bound of the rule, where it has one.",
    example: 2,
  })
  min!: number | null;

  @ShapeField(() => Int, {
    nullable: true,
    description: "Upper bound of the rule, where it has one.",
    example: 12,
  })
  max!: number | null;
}

/** Name already in use. */
@ObjectType({
  implements: () => [UserError],
  description: "Name already in use.",
})
export class NameTakenError extends UserError {
  override readonly __typename = "NameTakenError";

  @ShapeField(() => String, {
    description: "The name that is in use.",
    example: "tom",
  })
  name!: string;
}

/** Contact, target or pending verification does not exist. */
@ObjectType({
  implements: () => [UserError],
  description: "Contact, target or pending verification does not exist.",
})
export class NotFoundError extends UserError {
  override readonly __typename = "NotFoundError";

  @ShapeField(() => String, {
    description: "The identifier or value that was looked for.",
    example: "c-qL4HqKONzOM7aB3d",
  })
  value!: string;
}

/** The state of the contact forbids this now. */
@ObjectType({
  implements: () => [UserError],
  description: "The state of the contact or directory forbids this now.",
})
export class ConflictError extends UserError {
  override readonly __typename = "ConflictError";

  @ShapeField(() => ContactStatus, {
    nullable: true,
    description: "State found, where it was read.",
    enumName: "ContactStatus",
  })
  status!: ContactStatus | null;

  @ShapeField(() => Int, {
    nullable: true,
    description: "When a repeat makes sense, in seconds.",
    example: 1,
  })
  retryAfterSeconds!: number | null;
}

/** A quota of the directory or of verification messages. */
@ObjectType({
  implements: () => [UserError],
  description: "A quota of the directory or of verification messages.",
})
export class QuotaError extends UserError {
  override readonly __typename = "QuotaError";

  @ShapeField(() => Int, {
    nullable: true,
    description: "The limit, where it is known.",
    example: 20,
  })
  limit!: number | null;

  @ShapeField(() => Int, {
    nullable: true,
    description: "When it is lifted, in seconds, where it is known.",
    example: 60,
  })
  retryAfterSeconds!: number | null;
}

/** A failure that is not the caller's, of one item among several. */
@ObjectType({
  implements: () => [UserError],
  description:
    "An item among several could not be carried out for a reason that is not the caller's. Only in bulk results; a single change has a top-level error instead.",
})
export class CallFailedError extends UserError {
  override readonly __typename = "CallFailedError";

  @ShapeField(() => Boolean, {
    description: "Whether the same item may be sent again as it is.",
    example: true,
  })
  retryable!: boolean;

  @ShapeField(() => Int, {
    nullable: true,
    description: "When a repeat makes sense, in seconds.",
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
  QuotaError,
  CallFailedError,
];
