import { getMetadataStorage } from "class-validator";
import { EXPECTED } from "../errors/expected-forms.js";
import type { Violation } from "../errors/gateway-error.js";
import { similarNames } from "../errors/similar-names.js";
import { invalidInput, MAX_VIOLATIONS } from "./invalid-input.js";

/** Settings that rules depend on. They may differ between gateways of one process. */
export interface RuleSettings {
  readonly PHONE_COUNTRY_CODES: readonly string[];
}

/** Details that a rule adds to its violations; the context of a class-validator constraint. */
export interface RuleContext extends Pick<
  Violation,
  "min" | "max" | "unit" | "expected" | "allowed"
> {
  /** The rule applies to the whole input, so violations name no field. */
  readonly isWholeInput?: boolean;
  /** Accepted values that depend on the settings. Replaces `allowed`. */
  readonly allowedBy?: (settings: RuleSettings) => readonly string[];
}

/** A class whose properties carry class-validator rules. */
export type Shape<T extends object> = new () => T;

interface CompiledRule {
  readonly name: string;
  readonly each: boolean;
  readonly context: RuleContext;
  readonly holds: (
    value: unknown,
    input: object,
    settings: RuleSettings | undefined,
  ) => boolean;
}

interface CompiledProperty {
  readonly name: string;
  readonly isOptional: boolean;
  readonly rules: readonly CompiledRule[];
}

interface CompiledShape {
  readonly properties: readonly CompiledProperty[];
  readonly names: readonly string[];
  /**
   * Null is rejected: it would mean to clear a value, which the vendor does not
   * support.
   */
  readonly rejectsNull: boolean;
}

const compiled = new WeakMap<Shape<object>, CompiledShape>();

/**
 * Validates an input against its shape and returns it, typed. Rejects unknown
 * properties.
 *
 * The rules are compiled from class-validator's metadata once per class.
 *
 * @param settings required for shapes with a phone number
 * @param notSuggested known fields that are not suggested for an unknown one, because
 *   the caller cannot set them here
 * @returns the input itself; a copy without the optional properties that are null,
 *   unless the shape rejects null
 * @throws {GatewayError} INVALID_INPUT with all violations at once, up to
 *   `MAX_VIOLATIONS`
 */
export function checkInput<T extends object>(
  shape: Shape<T>,
  input: unknown,
  settings?: RuleSettings,
  notSuggested: readonly string[] = [],
): T {
  const checked = validate(shape, input, settings, notSuggested);
  const { violations } = checked;
  if (violations.length === 0) return checked.input as T;
  throw invalidInput(violations);
}

/** An input without null properties, and its violations. */
export interface CheckedInput {
  readonly input: unknown;
  /** The first `MAX_VIOLATIONS` violations, in the order of declaration. */
  readonly violations: readonly Violation[];
}

/** Violations of an input; see `validate`. */
export function violationsOf<T extends object>(
  shape: Shape<T>,
  input: unknown,
  settings?: RuleSettings,
): readonly Violation[] {
  return validate(shape, input, settings).violations;
}

/** Validates an input like `checkInput`, but does not throw. */
export function validate<T extends object>(
  shape: Shape<T>,
  given: unknown,
  settings?: RuleSettings,
  notSuggested: readonly string[] = [],
): CheckedInput {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    const { object: expected } = EXPECTED;
    return {
      input: given,
      violations: [{ field: null, rule: "type", expected }],
    };
  }
  const { properties, names, rejectsNull } = compile(shape);
  const input = rejectsNull ? given : withoutNulls(properties, given);
  const violations: Violation[] = [];
  for (const name of Object.keys(input)) {
    if (violations.length >= MAX_VIOLATIONS) return { input, violations };
    if (!names.includes(name)) {
      const allowed = names.filter((known) => !notSuggested.includes(known));
      violations.push(unknownField(name, allowed));
    }
  }
  for (const property of properties) {
    if (violations.length >= MAX_VIOLATIONS) break;
    checkProperty(property, input, settings, rejectsNull, violations);
  }
  return { input, violations };
}

/** The violation of an unknown field, with the known fields that resemble it. */
export function unknownField(
  name: string,
  allowed: readonly string[],
): Violation {
  return {
    field: [name.slice(0, 64)],
    rule: "unknown-field",
    allowed,
    similar: similarNames(name, allowed),
  };
}

/**
 * Omits null optional properties: generated clients send null for absent values.
 */
function withoutNulls(
  properties: readonly CompiledProperty[],
  input: object,
): object {
  const values = input as Record<string, unknown>;
  const nulls = properties.filter(
    ({ name, isOptional }) => isOptional && values[name] === null,
  );
  if (nulls.length === 0) return input;
  // An assignment would lose a property named `__proto__`.
  const copy = Object.create(
    Object.getPrototypeOf(input) as object | null,
    Object.getOwnPropertyDescriptors(input),
  ) as object;
  for (const { name } of nulls) Reflect.deleteProperty(copy, name);
  return copy;
}

function checkProperty(
  { name, isOptional, rules }: CompiledProperty,
  input: object,
  settings: RuleSettings | undefined,
  rejectsNull: boolean,
  violations: Violation[],
): void {
  const value: unknown = Object.hasOwn(input, name)
    ? (input as Record<string, unknown>)[name]
    : undefined;
  if (value === undefined) {
    if (!isOptional) violations.push({ field: [name], rule: "required" });
    return;
  }
  if (value === null) {
    const expected =
      rejectsNull && isOptional ? EXPECTED.notCleared : EXPECTED.notNull;
    violations.push({ field: [name], rule: "type", expected });
    return;
  }
  for (const { name: rule, each, context, holds } of rules) {
    const violation = (field: string[] | null, given: unknown): Violation => ({
      field,
      rule,
      ...detailsOf(context, given, settings),
    });
    if (each && Array.isArray(value)) {
      for (const [index, item] of (value as unknown[]).entries()) {
        if (violations.length >= MAX_VIOLATIONS) return;
        if (!holds(item, input, settings)) {
          violations.push(violation([name, String(index)], item));
        }
      }
    } else if (!holds(value, input, settings)) {
      violations.push(
        violation(context.isWholeInput === true ? null : [name], value),
      );
      // A value of the wrong type is reported once.
      if (rule === "type") return;
    }
  }
}

function detailsOf(
  { isWholeInput, allowedBy, ...details }: RuleContext,
  given: unknown,
  settings: RuleSettings | undefined,
): Omit<RuleContext, "isWholeInput" | "allowedBy"> & Partial<Violation> {
  if (allowedBy !== undefined && settings !== undefined) {
    return { ...details, allowed: allowedBy(settings) };
  }
  const { allowed } = details;
  return allowed === undefined ||
    isWholeInput === true ||
    typeof given !== "string"
    ? details
    : { ...details, similar: similarNames(given, allowed) };
}

function compile(shape: Shape<object>): CompiledShape {
  const cached = compiled.get(shape);
  if (cached !== undefined) return cached;
  const storage = getMetadataStorage();
  const metadata = storage.getTargetValidationMetadatas(
    shape,
    "",
    false,
    false,
  );
  const byProperty = new Map<
    string,
    { isOptional: boolean; rules: CompiledRule[] }
  >();
  for (const one of metadata) {
    const property = byProperty.get(one.propertyName) ?? {
      isOptional: false,
      rules: [],
    };
    byProperty.set(one.propertyName, property);
    if (one.type === "conditionalValidation") {
      property.isOptional = true;
      continue;
    }
    const [constraint] = storage.getTargetValidatorConstraints(
      one.constraintCls,
    );
    if (constraint === undefined) continue;
    const { instance } = constraint;
    property.rules.push({
      name: one.name ?? constraint.name,
      each: one.each,
      context: (one.context ?? {}) as RuleContext,
      holds: (value, object, settings) =>
        instance.validate(value, {
          value,
          object,
          // The only way to pass a value of this call to a class-validator rule.
          constraints: [settings],
          property: one.propertyName,
          targetName: shape.name,
        }) === true,
    });
  }
  const result: CompiledShape = {
    properties: [...byProperty].map(([name, property]) => ({
      name,
      isOptional: property.isOptional,
      // class-validator keeps decorators in order of application, from the last
      // to the first. The rule "type" must be checked first.
      rules: property.rules.sort(
        (a, b) => Number(b.name === "type") - Number(a.name === "type"),
      ),
    })),
    names: [...byProperty.keys()],
    rejectsNull: "refusesNull" in shape && shape.refusesNull === true,
  };
  compiled.set(shape, result);
  return result;
}
