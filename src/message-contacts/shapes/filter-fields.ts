import type { ReturnTypeFuncValue } from "@nestjs/graphql";
import {
  ContactOrder,
  ContactStatus,
  ContactTitle,
  MessageType,
} from "./enums.js";
import { inputField, inputValues } from "./input-fields.js";
import * as rules from "./rules/rules.js";
import { ShapeField } from "./shape-field.js";

/** Maximum length of a search text; a longer one matches no name or address. */
const MAX_SEARCH = 254;

const ListOf = (
  type: object,
  description: string,
  example: string,
): PropertyDecorator => {
  const values = inputValues(type);
  return inputField(
    ShapeField(() => type as ReturnTypeFuncValue, {
      list: true,
      optional: true,
      description,
      example: [example],
      openapi: { minItems: 1, maxItems: values.length },
    }),
    true,
    [
      ...rules.listRules(),
      ...rules.listLengthRules(1, values.length),
      ...rules.oneOfRules(values, true),
    ],
  );
};

export const Search = (): PropertyDecorator =>
  inputField(
    ShapeField(() => String, {
      optional: true,
      description:
        "Part of the name, in any case; with the scope `contacts:read-personal` also part of the e-mail address or the phone number.",
      example: "tom",
      openapi: { minLength: 1, maxLength: MAX_SEARCH },
    }),
    true,
    [...rules.textRules(), ...rules.textLengthRules(1, MAX_SEARCH)],
  );

export const StatusFilter = (): PropertyDecorator =>
  ListOf(ContactStatus, "One of these statuses.", ContactStatus.ACTIVE);

export const TitleFilter = (): PropertyDecorator =>
  ListOf(ContactTitle, "One of these titles.", ContactTitle.CEO);

export const AnyMessageType = (): PropertyDecorator =>
  ListOf(
    MessageType,
    "At least one of these message types.",
    MessageType.FAULT_MESSAGE,
  );

export const AllMessageTypes = (): PropertyDecorator =>
  ListOf(MessageType, "All of these message types.", MessageType.FAULT_MESSAGE);

export const MessageTypeConditions = (
  type: () => ReturnTypeFuncValue,
): PropertyDecorator =>
  inputField(
    ShapeField(type, {
      optional: true,
      graphqlOnly: true,
      description: "Message types that the contact receives.",
    }),
    true,
    rules.objectRules(),
  );

const Condition = (description: string): PropertyDecorator =>
  inputField(
    ShapeField(() => Boolean, { optional: true, description }),
    true,
    rules.booleanRules(),
  );

export const IsBound = (): PropertyDecorator =>
  Condition("Whether the contact has at least one binding.");

export const HasPending = (): PropertyDecorator =>
  Condition(
    "Whether the contact has a pending verification. Costs one more upstream call for each contact that meets the other conditions.",
  );

export const OrderBy = (): PropertyDecorator =>
  inputField(
    ShapeField(() => ContactOrder, {
      optional: true,
      description: "Order of the contacts; by default the order of the vendor.",
      example: ContactOrder.NAME_ASC,
    }),
    true,
    [
      ...rules.textRules(),
      ...rules.oneOfRules(inputValues(ContactOrder), false),
    ],
  );
