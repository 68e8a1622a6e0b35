import { registerEnumType } from "@nestjs/graphql";
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
  UNRECOGNISED = "UNRECOGNISED",
}

export enum VerificationChannel {
  EMAIL = "EMAIL",
  PHONE = "PHONE",
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

registerEnumType(ContactTitle, {
  name: "ContactTitle",
  description: "What a contact does in the organisation.",
  valuesMap: {
    FINANCE_DIRECTOR: { description: "Upstream `FinanceDirector`." },
    TECHNICAL_DIRECTOR: { description: "Upstream `TechnicalDirector`." },
    MAINTENANCE_DIRECTOR: { description: "Upstream `MaintenanceDirector`." },
    CEO: { description: "Upstream `CEO`." },
    PROJECT_DIRECTOR: { description: "Upstream `ProjectDirector`." },
    OTHER: { description: "Upstream `Other`." },
    UNRECOGNISED: {
      description:
        "Only in answers: a title this gateway does not know; see `titleRaw`.",
    },
  },
});

registerEnumType(MessageType, {
  name: "MessageType",
  description: "Kinds of message a contact can receive.",
  valuesMap: {
    SERVICE_MESSAGE: { description: "Service notices." },
    FAULT_MESSAGE: { description: "Faults and incidents." },
    ACCOUNT_EXPENSES: { description: "Account balance and fees." },
    SECURITY_MESSAGE: { description: "Security." },
    ACTIVITY_MESSAGE: { description: "Promotions and events." },
    PRODUCT_MESSAGE: { description: "Product news." },
    UNRECOGNISED: {
      description:
        "Only in answers: a kind this gateway does not know; see `messageTypesRaw`.",
    },
  },
});

registerEnumType(ContactStatus, {
  name: "ContactStatus",
  description: "Where a contact is in its life.",
  valuesMap: {
    VERIFYING: { description: "Added, but not verified yet." },
    ACTIVE: { description: "Verified; receives messages." },
    DELETING: { description: "A deletion in the background is under way." },
    UNRECOGNISED: {
      description: "A status this gateway does not know; see `statusRaw`.",
    },
  },
});

registerEnumType(VerificationChannel, {
  name: "VerificationChannel",
  description: "Through what a pending value is verified.",
  valuesMap: {
    EMAIL: { description: "An e-mail message." },
    PHONE: { description: "A text message." },
  },
});

registerEnumType(DeletionState, {
  name: "DeletionState",
  description: "State of a deletion.",
  valuesMap: {
    IN_PROGRESS: { description: "Running in the background." },
    FAILED: {
      description:
        "Some member accounts still need the contact; `failures` names them.",
    },
    DELETED: {
      description: "Gone: the directory no longer knows the contact.",
    },
    UNKNOWN: {
      description:
        "No deletion is on record here: the contact may never have existed.",
    },
  },
});

registerEnumType(BindingTargetKind, {
  name: "BindingTargetKind",
  description: "What a contact can be bound to.",
  valuesMap: {
    RESOURCE_DIRECTORY: { description: "The whole directory, `rd-…`." },
    FOLDER: { description: "A folder, `r-…` (the root) or `fd-…`." },
    MEMBER_ACCOUNT: {
      description: "A member account: digits, 16 in newer accounts.",
    },
  },
});

registerEnumType(ItemStatus, {
  name: "ItemStatus",
  description: "What became of one item of a change of several.",
  valuesMap: {
    DONE: { description: "The change was made." },
    FAILED: {
      description:
        "The change was refused or failed; `errors` tells why. With `OUTCOME_UNKNOWN` read before you repeat it.",
    },
    NOT_ATTEMPTED: {
      description:
        "Nothing was sent, because of an earlier failure or because time ran out: send it again.",
    },
  },
});

registerEnumType(ErrorCode, {
  name: "ErrorCode",
  description:
    "Closed list of error codes, the same in payload errors, in `extensions.code` and in REST problem documents. The page `/errors/{code}` explains each.",
  valuesMap: Object.fromEntries(
    Object.values(ErrorCode).map((code) => [
      code,
      { description: ERRORS[code].message.en },
    ]),
  ),
});
