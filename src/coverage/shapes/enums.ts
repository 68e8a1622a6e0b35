import { declareEnum } from "../../message-contacts/shapes/enums.js";

export enum GapReason {
  NOBODY = "NOBODY",
  ONLY_UNVERIFIED = "ONLY_UNVERIFIED",
  TOO_FEW = "TOO_FEW",
}

export enum ReplacementStepKind {
  BIND = "BIND",
  DELETE = "DELETE",
}

declareEnum(GapReason, {
  name: "GapReason",
  description: "Why an account has too few contacts for a message type.",
  valuesMap: {
    NOBODY: {
      description: "No contact with this message type is bound to the account.",
    },
    ONLY_UNVERIFIED: {
      description:
        "Contacts are bound, but none of them is `ACTIVE`; at least one is `VERIFYING`.",
    },
    TOO_FEW: {
      description: "Fewer `ACTIVE` contacts are bound than `minRecipients`.",
    },
  },
});

declareEnum(ReplacementStepKind, {
  name: "ReplacementStepKind",
  description: "Kinds of step of `replaceMessageContact`.",
  valuesMap: {
    BIND: { description: "Bind the replacement to up to five targets." },
    DELETE: { description: "Delete the replaced contact." },
  },
});
