import { declareEnum } from "../../message-contacts/shapes/enums.js";

export enum PlanChangeKind {
  ADD = "ADD",
  UPDATE = "UPDATE",
  BIND = "BIND",
  UNBIND = "UNBIND",
  DELETE = "DELETE",
}

export enum PlanField {
  NAME = "NAME",
  EMAIL_ADDRESS = "EMAIL_ADDRESS",
  PHONE_NUMBER = "PHONE_NUMBER",
  TITLE = "TITLE",
  MESSAGE_TYPES = "MESSAGE_TYPES",
}

export enum PlanProblemCode {
  DUPLICATE_NAME = "DUPLICATE_NAME",
  DUPLICATE_ID = "DUPLICATE_ID",
  MISSING_FIELD = "MISSING_FIELD",
  NAME_TAKEN = "NAME_TAKEN",
  NAME_CYCLE = "NAME_CYCLE",
  BEING_DELETED = "BEING_DELETED",
  UNKNOWN_TARGET = "UNKNOWN_TARGET",
  AMBIGUOUS_TARGET = "AMBIGUOUS_TARGET",
  TOO_MANY_TARGETS = "TOO_MANY_TARGETS",
  TOO_MANY_CONTACTS = "TOO_MANY_CONTACTS",
  WOULD_DELETE_ALL = "WOULD_DELETE_ALL",
}

declareEnum(PlanChangeKind, {
  name: "PlanChangeKind",
  description: "Kinds of change of a plan. Each change is one vendor call.",
  valuesMap: {
    ADD: { description: "Add a contact." },
    UPDATE: { description: "Change fields of a contact." },
    BIND: { description: "Bind a contact to up to five targets." },
    UNBIND: { description: "Unbind a contact from up to five targets." },
    DELETE: { description: "Delete a contact that the plan does not name." },
  },
});

declareEnum(PlanField, {
  name: "PlanField",
  description: "Fields of a contact that a plan can change.",
  valuesMap: {
    NAME: { description: "The name." },
    EMAIL_ADDRESS: { description: "The e-mail address." },
    PHONE_NUMBER: { description: "The phone number." },
    TITLE: { description: "The title." },
    MESSAGE_TYPES: { description: "The message types." },
  },
});

declareEnum(PlanProblemCode, {
  name: "PlanProblemCode",
  description: "Why a plan cannot be applied.",
  valuesMap: {
    DUPLICATE_NAME: {
      description: "Two contacts of the input have the same name.",
    },
    DUPLICATE_ID: {
      description: "Two contacts of the input have the same ID.",
    },
    MISSING_FIELD: { description: "A new contact lacks a required field." },
    NAME_TAKEN: {
      description: "A contact that the plan does not rename has the name.",
    },
    NAME_CYCLE: {
      description:
        "Contacts exchange names. Names are unique, so this needs a third name for a moment.",
    },
    BEING_DELETED: { description: "The contact is being deleted." },
    UNKNOWN_TARGET: {
      description: "The directory has no such folder or account.",
    },
    AMBIGUOUS_TARGET: {
      description: "Several folders or accounts have the name.",
    },
    TOO_MANY_TARGETS: {
      description: "The contact would have more targets than the quota.",
    },
    TOO_MANY_CONTACTS: {
      description:
        "The directory would have more contacts than the quota, at least until the deletions at the end of the plan.",
    },
    WOULD_DELETE_ALL: {
      description: "`prune` is set, and the input has no contact.",
    },
  },
});
