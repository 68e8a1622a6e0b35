import { ID, Int } from "@nestjs/graphql";
import { EXPECTED } from "../../errors/expected-forms.js";
import { MessageType } from "../../message-contacts/shapes/enums.js";
import {
  inputField,
  inputValues,
} from "../../message-contacts/shapes/input-fields.js";
import {
  ifText,
  toDecorator,
} from "../../message-contacts/shapes/rules/rule.js";
import * as rules from "../../message-contacts/shapes/rules/rules.js";
import { ShapeField } from "../../message-contacts/shapes/shape-field.js";

/** Types that every account needs, unless a request names others. */
export const REQUIRED_TYPES = [
  MessageType.SECURITY_MESSAGE,
  MessageType.FAULT_MESSAGE,
  MessageType.ACCOUNT_EXPENSES,
];

/** Largest `minRecipients`: more than the vendor's default quota of 20 contacts. */
const MAX_RECIPIENTS = 100;

/** Account ids have 16 digits in samples, and 8 in older accounts. */
const ACCOUNT_ID = /^[0-9]{1,20}$/;

export const AccountId = (): PropertyDecorator =>
  inputField(
    ShapeField(() => ID, {
      description: "ID of a member account.",
      example: "1997968394350002",
      openapi: { pattern: ACCOUNT_ID.source },
    }),
    false,
    [
      ...rules.textRules(),
      toDecorator({
        name: "format",
        expected: EXPECTED.accountId,
        holds: ifText((id) => ACCOUNT_ID.test(id)),
      }),
    ],
  );

export const MessageTypeFilter = (): PropertyDecorator =>
  inputField(
    ShapeField(() => MessageType, {
      optional: true,
      description: "Return only contacts that receive this message type.",
      example: MessageType.SECURITY_MESSAGE,
    }),
    true,
    [
      ...rules.textRules(),
      ...rules.oneOfRules(inputValues(MessageType), false),
    ],
  );

export const RequiredTypes = (): PropertyDecorator =>
  inputField(
    ShapeField(() => MessageType, {
      list: true,
      optional: true,
      description: "Different message types that every account needs.",
      default: REQUIRED_TYPES,
      openapi: {
        minItems: 1,
        maxItems: inputValues(MessageType).length,
        uniqueItems: true,
      },
    }),
    true,
    [
      ...rules.listRules(),
      ...rules.listLengthRules(1, inputValues(MessageType).length),
      ...rules.uniqueRules(),
      ...rules.oneOfRules(inputValues(MessageType), true),
    ],
  );

export const MinRecipients = (): PropertyDecorator =>
  inputField(
    ShapeField(() => Int, {
      optional: true,
      description:
        "Number of `ACTIVE` contacts that every account needs for each type.",
      default: 1,
      openapi: { minimum: 1, maximum: MAX_RECIPIENTS },
    }),
    true,
    rules.integerRules(1, MAX_RECIPIENTS),
  );

export const Under = (): PropertyDecorator =>
  inputField(
    ShapeField(() => ID, {
      optional: true,
      description:
        "Report only accounts below this directory or folder, or this account.",
      example: "fd-ZDNPiT7a4K",
      openapi: rules.TARGET_ID_SCHEMA,
    }),
    true,
    [...rules.textRules(), ...rules.targetIdRules()],
  );

export const OnlyGaps = (): PropertyDecorator =>
  inputField(
    ShapeField(() => Boolean, {
      optional: true,
      description: "Whether to return only accounts with a gap.",
      default: true,
    }),
    true,
    rules.booleanRules(),
  );

export const Force = (): PropertyDecorator =>
  inputField(
    ShapeField(() => Boolean, {
      optional: true,
      description:
        "Whether to replace the contact although accounts would lose their last `ACTIVE` contact for a message type, because the replacement is not verified or does not receive the type.",
      default: false,
    }),
    true,
    rules.booleanRules(),
  );

export const Retain = (): PropertyDecorator =>
  inputField(
    ShapeField(() => Boolean, {
      optional: true,
      description:
        "If true, member accounts keep a copy of the replaced contact, and its deletion finishes at once. If false, it is removed everywhere, in the background.",
      default: true,
    }),
    true,
    rules.booleanRules(),
  );
