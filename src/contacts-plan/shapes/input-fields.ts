import { ID } from "@nestjs/graphql";
import type { Sentence } from "../../errors/error-codes.js";
import { inputField } from "../../message-contacts/shapes/input-fields.js";
import {
  hasAtMost,
  isText,
  toDecorator,
} from "../../message-contacts/shapes/rules/rule.js";
import * as rules from "../../message-contacts/shapes/rules/rules.js";
import { ShapeField } from "../../message-contacts/shapes/shape-field.js";

/** Maximum number of targets of one contact: more than the vendor's default quota of 10. */
const MAX_TARGETS = 50;

/** Maximum length of a path: five levels of names, and the account. Our choice. */
const MAX_TARGET_LENGTH = 500;

/** Any text on one line. */
const TARGET = /^[^\x00-\x1f\x7f-\x9f]+$/u;

const TARGET_TEXT: Sentence = {
  en: "must be an ID, a name or a path such as /production/shop",
  zh: "须为 ID、名称或路径，例如 /production/shop",
};

/** Optional id of a contact, by which a rename is recognized. */
export const KnownContactId = (): PropertyDecorator =>
  inputField(
    ShapeField(() => ID, {
      optional: true,
      description:
        "ID of the contact, by which a rename is recognized. An ID that no contact has is ignored.",
      example: "c-qL4HqKONzOM7aB3d",
      openapi: rules.CONTACT_ID_SCHEMA,
    }),
    true,
    [...rules.textRules(), ...rules.contactIdRules()],
  );

export const Targets = (): PropertyDecorator =>
  inputField(
    ShapeField(() => String, {
      list: true,
      optional: true,
      description: `Up to ${MAX_TARGETS} folders and accounts: IDs, names, or paths from the root folder such as \`/production/shop\`. The directory is \`rd-…\`, the root folder \`/\`. Empty: the contact is not bound. Omitted: the bindings stay as they are.`,
      example: ["fd-ZDNPiT7a4K"],
      openapi: { maxItems: MAX_TARGETS },
      items: { pattern: TARGET.source, maxLength: MAX_TARGET_LENGTH },
    }),
    true,
    [
      ...rules.listRules(),
      ...rules.listLengthRules(0, MAX_TARGETS),
      toDecorator(
        {
          name: "format",
          expected: TARGET_TEXT,
          holds: (text) =>
            isText(text) &&
            hasAtMost(MAX_TARGET_LENGTH, text) &&
            TARGET.test(text),
        },
        { each: true },
      ),
    ],
  );

export const Prune = (): PropertyDecorator =>
  inputField(
    ShapeField(() => Boolean, {
      optional: true,
      description:
        "Whether to delete the contacts that are not listed. Applying such a plan also needs the scope `contacts:delete`.",
      default: false,
    }),
    true,
    rules.booleanRules(),
  );
