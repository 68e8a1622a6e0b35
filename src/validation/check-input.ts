import { getMetadataStorage } from "class-validator";
import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError, type Violation } from "../errors/gateway-error.js";

/** Settings that rules depend on. They may differ between gateways of one process. */
export interface RuleSettings {
  readonly PHONE_COUNTRY_CODES: readonly string[];
}

/** A class whose properties carry class-validator rules. */
export type Shape<T extends object> = new () => T;

interface CompiledRule {
  readonly name: string;
  readonly each: boolean;
  /** The rule applies to the whole input, so violations name no field. */
  readonly isWholeInput: boolean;
  readonly bounds: Pick<Violation, "min" | "max" | "anyOf">;
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
  readonly names: ReadonlySet<string>;
  /**
   * Null is rejected: it would mean to clear a value, which the vendor does not
   * support.
   */
  readonly rejectsNull: boolean;
}

const compiled = new WeakMap<Shape<object>, CompiledShape>();

/**
 * Maximum number of violations reported at once. A body of 64 KiB can hold many
 * thousand invalid items.
 */
export const MAX_VIOLATIONS = 100;

/**
 * Validates an input against its shape and returns it, typed.
 *
 * The rules are compiled from class-validator's metadata once per class. Copies
 * nothing; deletes optional properties that are null unless the shape rejects
 * null. Rejects unknown properties.
 *
 * @param settings required for shapes with a phone number
 * @throws {GatewayError} INVALID_INPUT with all violations at once, up to
 *   `MAX_VIOLATIONS`
 */
export function checkInput<T extends object>(
  shape: Shape<T>,
  input: unknown,
  settings?: RuleSettings,
): T {
  const violations = violationsOf(shape, input, settings);
  if (violations.length === 0) return input as T;
  throw new GatewayError(ErrorCode.INVALID_INPUT, { violations });
}

/**
 * Returns the first `MAX_VIOLATIONS` violations, in the order of declaration.
 */
export function violationsOf<T extends object>(
  shape: Shape<T>,
  input: unknown,
  settings?: RuleSettings,
): Violation[] {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    return [{ field: null, rule: "type" }];
  }
  const { properties, names, rejectsNull: refusesNull } = compile(shape);
  const violations: Violation[] = [];
  if (!refusesNull) dropNulls(properties, input);
  for (const name of Object.keys(input)) {
    if (violations.length >= MAX_VIOLATIONS) return violations;
    if (!names.has(name)) {
      violations.push({ field: [name.slice(0, 64)], rule: "unknown-field" });
    }
  }
  for (const property of properties) {
    if (violations.length >= MAX_VIOLATIONS) break;
    checkProperty(property, input, settings, violations);
  }
  return violations;
}

/**
 * Deletes null optional properties: generated clients send null for absent
 * values.
 */
function dropNulls(
  properties: readonly CompiledProperty[],
  input: object,
): void {
  const values = input as Record<string, unknown>;
  for (const { name, isOptional } of properties) {
    if (isOptional && values[name] === null) delete values[name];
  }
}

function checkProperty(
  { name, isOptional, rules }: CompiledProperty,
  input: object,
  settings: RuleSettings | undefined,
  violations: Violation[],
): void {
  const value: unknown = Object.hasOwn(input, name)
    ? (input as Record<string, unknown>)[name]
    : undefined;
  if (value === undefined) {
    if (!isOptional) violations.push({ field: [name], rule: "required" });
    return;
  }
  for (const {
    name: rule,
    each,
    isWholeInput: whole,
    bounds,
    holds,
  } of rules) {
    if (each && Array.isArray(value)) {
      for (const [index, item] of (value as unknown[]).entries()) {
        if (violations.length >= MAX_VIOLATIONS) return;
        if (!holds(item, input, settings)) {
          violations.push({ field: [name, String(index)], rule, ...bounds });
        }
      }
    } else if (!holds(value, input, settings)) {
      violations.push({ field: whole ? null : [name], rule, ...bounds });
      // A value of the wrong type is reported once.
      if (rule === "type") return;
    }
  }
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
    const { whole = false, ...bounds } = (one.context ?? {}) as {
      whole?: boolean;
    } & CompiledRule["bounds"];
    const { instance } = constraint;
    property.rules.push({
      name: one.name ?? constraint.name,
      each: one.each,
      isWholeInput: whole,
      bounds,
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
    names: new Set(byProperty.keys()),
    rejectsNull: "refusesNull" in shape && shape.refusesNull === true,
  };
  compiled.set(shape, result);
  return result;
}
