import type { Language } from "../errors/error-codes.js";
import type * as planned from "./planner/contacts-plan.js";
import type { ContactsPlan } from "./shapes/contacts-plan.js";

/**
 * Converts a plan to the form in which both APIs return it.
 *
 * @param lineOf line of a contact of an imported file, by its position
 */
export function toPlanShape(
  plan: planned.ContactsPlan,
  language: Language,
  lineOf: (index: number) => number | null = () => null,
): ContactsPlan {
  return {
    digest: plan.digest,
    isEmpty: plan.isEmpty,
    changes: plan.changes.map(
      ({ kind, contactId, name, fields, targetIds, verifications }) => ({
        kind,
        contactId,
        name,
        fields: fields.map(({ field, before, after }) => ({
          field,
          before: [...before],
          after: [...after],
        })),
        targetIds: [...targetIds],
        verifications: [...verifications],
      }),
    ),
    waiting: plan.waiting.map(({ contactId, name, channels }) => ({
      contactId,
      name,
      channels: [...channels],
    })),
    quota: plan.quota,
    problems: plan.problems.map(({ code, field, sentence }) => ({
      code,
      message: sentence[language],
      field: [...field],
      line: field[1] === undefined ? null : lineOf(Number(field[1])),
    })),
  };
}
