import { rejectMaskedInput } from "../../access/masking.js";
import type { RequestContext } from "../../context/request-context.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { EXPECTED } from "../../errors/expected-forms.js";
import { GatewayError, type Violation } from "../../errors/gateway-error.js";
import {
  MAX_VIOLATIONS,
  validate,
  type RuleSettings,
} from "../../validation/check-input.js";
import { MAX_ITEMS } from "./run-in-order.js";
import { UpdateMessageContactInput } from "../shapes/inputs.js";

/** Fields whose values must be unique within a batch. */
const UNIQUE_FIELDS = ["contactId", "name"] as const;

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
  const violations = batchViolations(inputs, settings).slice(0, MAX_VIOLATIONS);
  if (violations.length > 0) {
    throw new GatewayError(ErrorCode.INVALID_INPUT, { violations });
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

function batchViolations(inputs: unknown, settings: RuleSettings): Violation[] {
  const field = ["inputs"];
  if (!Array.isArray(inputs)) {
    return [{ field, rule: "type", expected: EXPECTED.list }];
  }
  if (inputs.length < 1 || inputs.length > MAX_ITEMS) {
    return [{ field, rule: "length", min: 1, max: MAX_ITEMS, unit: "items" }];
  }
  const violations: Violation[] = [];
  for (const [index, input] of (inputs as unknown[]).entries()) {
    if (violations.length >= MAX_VIOLATIONS) return violations;
    const checked = validate(UpdateMessageContactInput, input, settings);
    for (const violation of checked.violations) {
      violations.push({ ...violation, field: pathOf(index, violation.field) });
    }
  }
  for (const name of UNIQUE_FIELDS) {
    const seen = new Set<unknown>();
    inputs.forEach((input: unknown, index) => {
      const value = fieldOf(input, name);
      if (value === undefined) return;
      if (seen.has(value)) {
        violations.push({ field: pathOf(index, [name]), rule: "unique" });
      }
      seen.add(value);
    });
  }
  return violations;
}

function fieldOf(input: unknown, name: string): unknown {
  return typeof input === "object" && input !== null
    ? (input as Record<string, unknown>)[name]
    : undefined;
}

function pathOf(index: number, field: readonly string[] | null): string[] {
  return ["inputs", String(index), ...(field ?? [])];
}

/** Prefixes the field paths of an item's error with its position in the batch. */
export function toItemError(error: GatewayError, index: number): GatewayError {
  const { field, violations } = error.details;
  return new GatewayError(error.code, {
    ...error.details,
    ...(field === undefined ? {} : { field: pathOf(index, field) }),
    ...(violations === undefined
      ? {}
      : {
          violations: violations.map((violation) => ({
            ...violation,
            field: pathOf(index, violation.field),
          })),
        }),
  });
}
