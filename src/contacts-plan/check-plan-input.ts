import type { Violation } from "../errors/gateway-error.js";
import { validate, type RuleSettings } from "../validation/check-input.js";
import { invalidInput, MAX_VIOLATIONS } from "../validation/invalid-input.js";
import { fieldOf } from "./planner/plan-problem.js";
import { ContactsPlanInput, PlannedContactInput } from "./shapes/inputs.js";

/**
 * Validates an input and each of its contacts.
 *
 * @throws {GatewayError} INVALID_INPUT with all violations at once, up to `MAX_VIOLATIONS`
 */
export function checkPlanInput(
  input: unknown,
  settings: RuleSettings,
): ContactsPlanInput {
  const checked = validate(ContactsPlanInput, input, settings);
  const violations: Violation[] = [...checked.violations];
  const whole = checked.input as ContactsPlanInput;
  if (violations.length === 0) {
    whole.contacts.forEach((contact: unknown, index) => {
      if (violations.length >= MAX_VIOLATIONS) return;
      const item = validate(PlannedContactInput, contact, settings);
      violations.push(
        ...item.violations.map((violation) => ({
          ...violation,
          field: fieldOf(index, ...(violation.field ?? [])),
        })),
      );
      whole.contacts[index] = item.input as PlannedContactInput;
    });
  }
  if (violations.length === 0) return whole;
  throw invalidInput(violations);
}
