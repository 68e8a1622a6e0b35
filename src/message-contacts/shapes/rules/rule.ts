import { ValidateBy, type ValidationOptions } from "class-validator";
import type {
  RuleContext,
  RuleSettings,
} from "../../../validation/check-input.js";

/** A validation rule. Everything except `holds` describes its violations. */
export interface Rule extends RuleContext {
  readonly name: string;
  readonly holds: (
    value: unknown,
    settings: RuleSettings | undefined,
  ) => boolean;
}

/**
 * Registers a rule with class-validator. `checkInput` reads what describes a violation
 * from the context of the constraint.
 */
export function toDecorator(
  rule: Rule,
  options?: ValidationOptions,
): PropertyDecorator {
  const { name, holds, ...context } = rule;
  return ValidateBy(
    {
      name,
      validator: {
        validate: (value, args): boolean =>
          holds(value, args?.constraints[0] as RuleSettings | undefined),
      },
    },
    { ...options, context },
  );
}

export const isText = (value: unknown): value is string =>
  typeof value === "string";

/** Ignores other types and empty text, so that one fault gives one violation. */
export const ifText =
  (holds: (text: string) => boolean) =>
  (value: unknown): boolean =>
    !isText(value) || value === "" || holds(value);

/** Whether a text has at most `max` code points, as JSON Schema counts its length. */
export function hasAtMost(max: number, text: string): boolean {
  return (
    text.length <= max || (text.length <= 2 * max && [...text].length <= max)
  );
}
