import { rejectMaskedInput } from "../../access/masking.js";
import type { RequestContext } from "../../context/request-context.js";
import { EXPECTED } from "../../errors/expected-forms.js";
import { GatewayError, type Violation } from "../../errors/gateway-error.js";
import {
  validate,
  type RuleSettings,
  type Shape,
} from "../../validation/check-input.js";
import {
  invalidInput,
  MAX_VIOLATIONS,
} from "../../validation/invalid-input.js";
import { MAX_ITEMS } from "./run-in-order.js";
import { UpdateMessageContactInput } from "../shapes/inputs.js";

/** The list of changes. Contact ids and names must be unique. */
const UPDATES = {
  name: "inputs",
  shape: UpdateMessageContactInput,
  unique: [["contactId"], ["name"]],
} as const;

/**
 * Validates all items of a batch before the first one is sent. Contact ids and names must
 * be unique within the batch.
 *
 * @throws {GatewayError} INVALID_INPUT with all violations at once
 */
export function checkUpdates(
  inputs: unknown,
  context: RequestContext,
  settings: RuleSettings,
): UpdateMessageContactInput[] {
  const violations = listViolations(UPDATES, inputs, settings);
  if (violations.length > 0) {
    throw invalidInput(violations);
  }
  const checked = inputs as UpdateMessageContactInput[];
  checked.forEach((input, index) => {
    try {
      rejectMaskedInput(context, input);
    } catch (error) {
      throw error instanceof GatewayError ? toItemError(error, index) : error;
    }
  });
  return checked;
}

/** A list of items that is validated as a whole. */
interface ItemList<T extends object> {
  /** Name of the argument. */
  readonly name: string;
  readonly shape: Shape<T>;
  /** Groups of fields whose values must together be unique within the list. */
  readonly unique: readonly (readonly string[])[];
}

/**
 * Violations of a list of 1 to `MAX_ITEMS` items: those of each item, and repeated values.
 * A repetition is reported at the last field of its group.
 */
export function listViolations<T extends object>(
  { name, shape, unique }: ItemList<T>,
  items: unknown,
  settings: RuleSettings,
): Violation[] {
  const field = [name];
  if (!Array.isArray(items)) {
    return [{ field, rule: "type", expected: EXPECTED.list }];
  }
  if (items.length < 1 || items.length > MAX_ITEMS) {
    return [{ field, rule: "length", min: 1, max: MAX_ITEMS, unit: "items" }];
  }
  const at = (index: number, path: readonly string[] | null): string[] => [
    name,
    String(index),
    ...(path ?? []),
  ];
  const violations: Violation[] = [];
  for (const [index, item] of (items as unknown[]).entries()) {
    if (violations.length >= MAX_VIOLATIONS) return violations;
    const checked = validate(shape, item, settings);
    for (const violation of checked.violations) {
      violations.push({ ...violation, field: at(index, violation.field) });
    }
  }
  for (const group of unique) {
    const seen = new Set<string>();
    items.forEach((item: unknown, index) => {
      const values = group.map((one) => fieldOf(item, one));
      if (values.includes(undefined)) return;
      const key = JSON.stringify(values);
      if (seen.has(key)) {
        violations.push({ field: at(index, group.slice(-1)), rule: "unique" });
      }
      seen.add(key);
    });
  }
  return violations;
}

function fieldOf(input: unknown, name: string): unknown {
  return typeof input === "object" && input !== null
    ? (input as Record<string, unknown>)[name]
    : undefined;
}

/** Prefixes the field paths of an item's error with its position in the list. */
export function toItemError(
  error: GatewayError,
  index: number,
  listName: string = UPDATES.name,
): GatewayError {
  const { field, violations } = error.details;
  const pathOf = (path: readonly string[] | null): string[] => [
    listName,
    String(index),
    ...(path ?? []),
  ];
  return new GatewayError(error.code, {
    ...error.details,
    ...(field === undefined ? {} : { field: pathOf(field) }),
    ...(violations === undefined
      ? {}
      : {
          violations: violations.map((violation) => ({
            ...violation,
            field: pathOf(violation.field),
          })),
        }),
  });
}
