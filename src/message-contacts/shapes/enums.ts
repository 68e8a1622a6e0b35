import { registerEnumType, type EnumOptions } from "@nestjs/graphql";
import type { Enumeration } from "../../openapi/shape-properties.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { ERRORS } from "../../errors/error-table.js";

export enum ContactTitle {
  FINANCE_DIRECTOR = "FINANCE_DIRECTOR",
  TECHNICAL_DIRECTOR = "TECHNICAL_DIRECTOR",
  MAINTENANCE_DIRECTOR = "MAINTENANCE_DIRECTOR",
  CEO = "CEO",
  PROJECT_DIRECTOR = "PROJECT_DIRECTOR",
  OTHER = "OTHER",
  UNRECOGNISED = "UNRECOGNISED",
}

export enum MessageType {
  SERVICE_MESSAGE = "SERVICE_MESSAGE",
  FAULT_MESSAGE = "FAULT_MESSAGE",
  ACCOUNT_EXPENSES = "ACCOUNT_EXPENSES",
  SECURITY_MESSAGE = "SECURITY_MESSAGE",
  ACTIVITY_MESSAGE = "ACTIVITY_MESSAGE",
  PRODUCT_MESSAGE = "PRODUCT_MESSAGE",
  UNRECOGNISED = "UNRECOGNISED",
}

export enum ContactStatus {
  VERIFYING = "VERIFYING",
  ACTIVE = "ACTIVE",
  DELETING = "DELETING",
  DELETED = "DELETED",
  UNRECOGNISED = "UNRECOGNISED",
}

export enum VerificationChannel {
  EMAIL = "EMAIL",
  PHONE = "PHONE",
}

/** Orders of the list of contacts; contacts that are equal follow by id. */
export enum ContactOrder {
  NAME_ASC = "NAME_ASC",
  NAME_DESC = "NAME_DESC",
  CREATED_AT_ASC = "CREATED_AT_ASC",
  CREATED_AT_DESC = "CREATED_AT_DESC",
}

export enum DeletionState {
  IN_PROGRESS = "IN_PROGRESS",
  FAILED = "FAILED",
  DELETED = "DELETED",
  UNKNOWN = "UNKNOWN",
}

export enum BindingTargetKind {
  RESOURCE_DIRECTORY = "RESOURCE_DIRECTORY",
  FOLDER = "FOLDER",
  MEMBER_ACCOUNT = "MEMBER_ACCOUNT",
}

export enum ItemStatus {
  DONE = "DONE",
  FAILED = "FAILED",
  NOT_ATTEMPTED = "NOT_ATTEMPTED",
}

const ENUMERATIONS = new Map<unknown, Enumeration>();

interface EnumDescription<T extends object> extends EnumOptions<T> {
  readonly name: string;
  readonly description: string;
}

/** Declares an enum in the GraphQL schema and in the OpenAPI document. */
export function declareEnum<T extends Readonly<Record<string, string>>>(
  type: T,
  options: EnumDescription<T>,
): void {
  registerEnumType(type, options);
  const { name, description } = options;
  const values = Object.values(type);
  ENUMERATIONS.set(type, {
    name,
    description,
    values,
    resultsOnly: values.filter((value) => value === "UNRECOGNISED"),
  });
}

/** The OpenAPI form of an enum; undefined for any other type. */
export function enumerationOf(type: unknown): Enumeration | undefined {
  return ENUMERATIONS.get(type);
}

declareEnum(ContactTitle, {
  name: "ContactTitle",
  description: "Role of a contact in the organization.",
  valuesMap: {
    FINANCE_DIRECTOR: { description: "Upstream `FinanceDirector`." },
    TECHNICAL_DIRECTOR: { description: "Upstream `TechnicalDirector`." },
    MAINTENANCE_DIRECTOR: { description: "Upstream `MaintenanceDirector`." },
    CEO: { description: "Upstream `CEO`." },
    PROJECT_DIRECTOR: { description: "Upstream `ProjectDirector`." },
    OTHER: { description: "Upstream `Other`." },
    UNRECOGNISED: {
      description:
        "Only in results: a title that this gateway does not know; see `titleRaw`.",
    },
  },
});

declareEnum(MessageType, {
  name: "MessageType",
  description: "Types of message that a contact can receive.",
  valuesMap: {
    SERVICE_MESSAGE: { description: "Service notices." },
    FAULT_MESSAGE: { description: "Faults and incidents." },
    ACCOUNT_EXPENSES: { description: "Account balance and fees." },
    SECURITY_MESSAGE: { description: "Security notices." },
    ACTIVITY_MESSAGE: { description: "Promotions and events." },
    PRODUCT_MESSAGE: { description: "Product news." },
    UNRECOGNISED: {
      description:
        "Only in results: a type that this gateway does not know; see `messageTypesRaw`.",
    },
  },
});

declareEnum(ContactStatus, {
  name: "ContactStatus",
  description: "Lifecycle status.",
  valuesMap: {
    VERIFYING: { description: "Not verified yet." },
    ACTIVE: { description: "Verified; receives messages." },
    DELETING: { description: "Being deleted in the background." },
    DELETED: {
      description:
        "Only in the result of `deleteMessageContact`: the directory no longer contains the contact.",
    },
    UNRECOGNISED: {
      description: "A status that this gateway does not know; see `statusRaw`.",
    },
  },
});

declareEnum(VerificationChannel, {
  name: "VerificationChannel",
  description: "How a pending address or number is verified.",
  valuesMap: {
    EMAIL: { description: "By e-mail." },
    PHONE: { description: "By text message." },
  },
});

declareEnum(ContactOrder, {
  name: "ContactOrder",
  description: "Orders of a list of contacts.",
  valuesMap: {
    NAME_ASC: { description: "By name." },
    NAME_DESC: { description: "By name, last first." },
    CREATED_AT_ASC: { description: "Oldest first." },
    CREATED_AT_DESC: { description: "Newest first." },
  },
});

declareEnum(DeletionState, {
  name: "DeletionState",
  description: "State of a deletion.",
  valuesMap: {
    IN_PROGRESS: { description: "Running in the background." },
    FAILED: {
      description:
        "Some member accounts still need the contact; `failures` lists them.",
    },
    DELETED: {
      description: "The directory no longer contains the contact.",
    },
    UNKNOWN: {
      description:
        "The gateway has no record of a deletion; the contact may never have existed.",
    },
  },
});

declareEnum(BindingTargetKind, {
  name: "BindingTargetKind",
  description: "Kinds of target that a contact can be bound to.",
  valuesMap: {
    RESOURCE_DIRECTORY: { description: "The whole directory, `rd-…`." },
    FOLDER: { description: "A folder, `r-…` (the root) or `fd-…`." },
    MEMBER_ACCOUNT: {
      description:
        "A member account; its ID consists of digits, 16 in newer accounts.",
    },
  },
});

declareEnum(ItemStatus, {
  name: "ItemStatus",
  description: "Result of one item of a bulk change.",
  valuesMap: {
    DONE: { description: "The change was made." },
    FAILED: {
      description:
        "The change was rejected or failed; see `errors`. After `OUTCOME_UNKNOWN`, read the contact before you repeat the change.",
    },
    NOT_ATTEMPTED: {
      description:
        "Not sent, because an earlier item failed or time ran out. Send it again.",
    },
  },
});

declareEnum(ErrorCode, {
  name: "ErrorCode",
  description:
    "Complete list of error codes. Payload errors, `extensions.code` and REST problem documents use the same codes. The page `/errors/{code}` explains each one.",
  valuesMap: Object.fromEntries(
    Object.values(ErrorCode).map((code) => [
      code,
      { description: ERRORS[code].message.en },
    ]),
  ),
});
