import { EXPECTED } from "../../errors/expected-forms.js";
import { unknownField } from "../../validation/check-input.js";
import {
  invalidInput,
  MAX_VIOLATIONS,
} from "../../validation/invalid-input.js";

/**
 * Returns the only member of a body, which is a list.
 *
 * @throws {GatewayError} INVALID_INPUT when it is missing, or for any other member
 */
export function itemsOf(body: unknown, name: string): unknown {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw invalidInput([
      { field: null, rule: "type", expected: EXPECTED.object },
    ]);
  }
  const unknownNames = Object.keys(body).filter((one) => one !== name);
  if (unknownNames.length > 0) {
    throw invalidInput(
      unknownNames
        .slice(0, MAX_VIOLATIONS)
        .map((one) => unknownField(one, [name])),
    );
  }
  const items = (body as Readonly<Record<string, unknown>>)[name];
  if (items === undefined) {
    throw invalidInput([{ field: [name], rule: "required" }]);
  }
  return items;
}
