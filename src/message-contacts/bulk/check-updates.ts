import { rejectMaskedInput } from "../../access/masking.js";
import type { RequestContext } from "../../context/request-context.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError, type Violation } from "../../errors/gateway-error.js";
import { MAX_VIOLATIONS, violationsOf } from "../../validation/check-input.js";
import { MAX_ITEMS } from "./run-in-order.js";
import { UpdateMessageContactInput } from "../shapes/inputs.js";

/** Fields in which two items of a batch would contradict each other. */
const ONCE = ["contactId", "name"] as const;

/**
 * Checks the items of a batch, all of them before the first is sent. A contact
 * can be in a batch once, and a name can be given once.
 *
 * @throws {GatewayError} INVALID_INPUT with all violations at once
 */
export function checkUpdates(
  inputs: unknown,
  context: RequestContext,
): UpdateMessageContactInput[] {
  const violations = inputsViolations(inputs).slice(0, MAX_VIOLATIONS);
  if (violations.length > 0) {
    throw new GatewayError(ErrorCode.INVALID_INPUT, { violations });
  }
  const checked = inputs as UpdateMessageContactInput[];
  checked.forEach((input, at) => {
    try {
      rejectMaskedInput(context, input);
    } catch (error) {
      throw error instanceof GatewayError ? inItem(error, at) : error;
    }
  });
  return checked;
}

function inputsViolations(inputs: unknown): Violation[] {
  if (!Array.isArray(inputs)) return [{ field: ["inputs"], rule: "type" }];
  if (inputs.length < 1 || inputs.length > MAX_ITEMS) {
    return [{ field: ["inputs"], rule: "length", min: 1, max: MAX_ITEMS }];
  }
  const violations: Violation[] = [];
  for (const [at, input] of (inputs as unknown[]).entries()) {
    if (violations.length >= MAX_VIOLATIONS) return violations;
    for (const one of violationsOf(UpdateMessageContactInput, input)) {
      violations.push({ ...one, field: pathIn(at, one.field) });
    }
  }
  for (const name of ONCE) {
    const seen = new Set<unknown>();
    inputs.forEach((input: unknown, at) => {
      const value = memberOf(input, name);
      if (value === undefined) return;
      if (seen.has(value)) {
        violations.push({ field: pathIn(at, [name]), rule: "unique" });
      }
      seen.add(value);
    });
  }
  return violations;
}

function memberOf(input: unknown, name: string): unknown {
  return typeof input === "object" && input !== null
    ? (input as Record<string, unknown>)[name]
    : undefined;
}

function pathIn(at: number, field: readonly string[] | null): string[] {
  return ["inputs", String(at), ...(field ?? [])];
}

/** An error of one item, with paths that lead into the batch. */
export function inItem(error: GatewayError, at: number): GatewayError {
  const { field, violations } = error.details;
  return new GatewayError(error.code, {
    ...error.details,
    ...(field === undefined ? {} : { field: pathIn(at, field) }),
    ...(violations === undefined
      ? {}
      : {
          violations: violations.map((violation) => ({
            ...violation,
            field: pathIn(at, violation.field),
          })),
        }),
  });
}
