import {
  GraphQLError,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  typeFromAST,
  type GraphQLEnumType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLLeafType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";
import { ErrorCode } from "../errors/error-codes.js";
import { EXPECTED } from "../errors/expected-forms.js";
import { GatewayError, type Violation } from "../errors/gateway-error.js";
import { sentenceOf } from "../errors/rule-sentences.js";
import { similarNames } from "../errors/similar-names.js";
import { REQUEST_ADVICE } from "./request-advice.js";

type Variables = Readonly<Record<string, unknown>>;

/** Maximum number of violations; the default limit of graphql-js. */
const MAX_VIOLATIONS = 50;

/**
 * Checks variables against their declared types, like `getVariableValues` of graphql-js,
 * but states what would be accepted and never repeats a value.
 *
 * @param hidesSchema whether names of the schema are left out of the messages
 * @returns BAD_REQUEST with the violations; null if there are none
 */
export function variablesError(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  given: Variables,
  hidesSchema: boolean,
): GraphQLError | null {
  const check = new VariableCheck(hidesSchema);
  for (const node of variableDefinitions) {
    const type = typeFromAST(schema, node.type);
    const name = node.variable.name.value;
    if (!isInputType(type)) continue;
    const isGiven = Object.hasOwn(given, name);
    if (!isGiven) {
      if (isNonNullType(type) && node.defaultValue === undefined) {
        check.add({ field: [name], rule: "required" });
      }
      continue;
    }
    // Paths into an input object begin at the object, as in payload errors.
    const isObject = isInputObjectType(
      isNonNullType(type) ? type.ofType : type,
    );
    check.value(given[name], type, isObject ? [] : [name]);
  }
  const [first] = check.violations;
  if (first === undefined) return null;
  const nodes = variableDefinitions;
  const originalError = invalidVariables(first, check.violations);
  return new GraphQLError(originalError.message, { nodes, originalError });
}

function invalidVariables(
  first: Violation,
  violations: readonly Violation[],
): GatewayError {
  const others = violations.length - 1;
  return new GatewayError(ErrorCode.BAD_REQUEST, {
    reason: "invalid-variables",
    advice: REQUEST_ADVICE["invalid-variables"],
    violations,
    problem: {
      en: `The variables do not have the declared types. ${sentenceOf(first, "en")}${others === 0 ? "" : ` Further violations: ${others}; see extensions.violations.`}`,
      zh: `变量与声明的类型不符。${sentenceOf(first, "zh")}${others === 0 ? "" : `另有 ${others} 处，见 extensions.violations。`}`,
    },
  });
}

/** Collects violations of input types (GraphQL specification, section 3.5 to 3.11). */
class VariableCheck {
  readonly violations: Violation[] = [];

  constructor(private readonly hidesSchema: boolean) {}

  add(violation: Violation): void {
    if (this.violations.length >= MAX_VIOLATIONS) return;
    const { allowed: _names, similar: _similar, ...rest } = violation;
    this.violations.push(this.hidesSchema ? rest : violation);
  }

  value(value: unknown, type: GraphQLInputType, field: string[]): void {
    if (isNonNullType(type)) {
      if (value === null) this.add(typeViolation(field, EXPECTED.notNull));
      else this.value(value, type.ofType, field);
    } else if (value === null || this.violations.length >= MAX_VIOLATIONS) {
      return;
    } else if (isListType(type)) {
      if (!Array.isArray(value)) this.value(value, type.ofType, field);
      else {
        for (const [index, item] of (value as unknown[]).entries()) {
          if (this.violations.length >= MAX_VIOLATIONS) return;
          this.value(item, type.ofType, [...field, String(index)]);
        }
      }
    } else if (isInputObjectType(type)) this.object(value, type, field);
    else this.leaf(value, type, field);
  }

  private object(
    value: unknown,
    type: GraphQLInputObjectType,
    field: string[],
  ): void {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      this.add(typeViolation(field, EXPECTED.object));
      return;
    }
    const fields = type.getFields();
    const given = value as Readonly<Record<string, unknown>>;
    for (const [name, definition] of Object.entries(fields)) {
      const member = given[name];
      const path = [...field, name];
      if (member !== undefined) this.value(member, definition.type, path);
      else if (isRequiredInputField(definition)) {
        this.add({ field: path, rule: "required" });
      }
    }
    const allowed = Object.keys(fields);
    for (const name of Object.keys(given)) {
      if (Object.hasOwn(fields, name)) continue;
      const path = [...field, name.slice(0, 64)];
      const similar = similarNames(name, allowed);
      this.add({ field: path, rule: "unknown-field", allowed, similar });
    }
  }

  private leaf(value: unknown, type: GraphQLLeafType, field: string[]): void {
    try {
      if (type.parseValue(value) !== undefined) return;
    } catch {
      // Reported below.
    }
    if (isEnumType(type)) this.add(enumViolation(value, type, field));
    else this.add(typeViolation(field, SCALARS[type.name] ?? EXPECTED.string));
  }
}

/** Accepted values of the scalars that are not strings. */
const SCALARS: Readonly<Record<string, Violation["expected"]>> = {
  Boolean: EXPECTED.boolean,
  Int: EXPECTED.integer,
};

function typeViolation(
  field: readonly string[],
  expected: Violation["expected"],
): Violation {
  return {
    field: field.length === 0 ? null : field,
    rule: "type",
    ...(expected === undefined ? {} : { expected }),
  };
}

function enumViolation(
  value: unknown,
  type: GraphQLEnumType,
  field: readonly string[],
): Violation {
  const allowed = inputValuesOf(type);
  const similar = typeof value === "string" ? similarNames(value, allowed) : [];
  return { field, rule: "one-of", allowed, similar };
}

/** Values that inputs accept; `UNRECOGNISED` exists in results only. */
function inputValuesOf(type: GraphQLEnumType): string[] {
  return type
    .getValues()
    .map(({ name }) => name)
    .filter((name) => name !== "UNRECOGNISED");
}

/** An enum that graphql-js names in an error about an invalid value. */
const NAMED_ENUM = /(?:does not exist in "(\w+)" enum|^Enum "(\w+)" cannot)/;

/** Returns the accepted values for the message of graphql-js about an enum value. */
export function allowedValues(schema: GraphQLSchema, message: string): string {
  const found = NAMED_ENUM.exec(message);
  const name = found?.[1] ?? found?.[2];
  const type = name === undefined ? undefined : schema.getType(name);
  return isEnumType(type)
    ? ` Accepted values: ${inputValuesOf(type).join(", ")}.`
    : "";
}
