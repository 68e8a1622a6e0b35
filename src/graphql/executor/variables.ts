import {
  getVariableValues,
  GraphQLBoolean,
  getNamedType,
  GraphQLID,
  GraphQLInt,
  GraphQLString,
  isEnumType,
  isNonNullType,
  typeFromAST,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
} from "graphql";
import type { Variables } from "./run.js";

/** Returns the coerced variables of one run; null if graphql-js has to report errors. */
export type ReadVariables = (given: Variables) => Variables | null;

/** A variable whose type coerces valid values to themselves. */
interface PlainVariable {
  readonly name: string;
  readonly isRequired: boolean;
  readonly is: "string" | "boolean";
}

const PLAIN = new Map<unknown, PlainVariable["is"]>([
  [GraphQLID, "string"],
  [GraphQLString, "string"],
  [GraphQLBoolean, "boolean"],
]);

const IMPERSONAL = new Set<unknown>([GraphQLID, GraphQLInt, GraphQLBoolean]);

/**
 * Maximum number of coercion errors; the default of `execute` in graphql-js.
 * Without it, a list of invalid items causes one error for each item.
 */
const MAX_COERCION_ERRORS = 50;

/**
 * Compiles a reader for the variables of an operation. Plain ids, strings and
 * booleans need only a type check. All others are coerced by graphql-js.
 */
export function variablesOf(
  schema: GraphQLSchema,
  { variableDefinitions: definitions = [] }: OperationDefinitionNode,
): ReadVariables {
  const readAll: ReadVariables = (given) =>
    getVariableValues(schema, definitions, given, {
      maxErrors: MAX_COERCION_ERRORS,
    }).coerced ?? null;
  const plain: PlainVariable[] = [];
  for (const definition of definitions) {
    const variable = plainVariable(schema, definition);
    if (variable === null) return readAll;
    plain.push(variable);
  }
  return (given) => {
    const values: Record<string, unknown> = {};
    for (const { name, isRequired, is } of plain) {
      const isGiven = Object.hasOwn(given, name);
      if (!isGiven && !isRequired) continue;
      const value = given[name];
      if (typeof value !== is) return readAll(given);
      values[name] = value;
    }
    return values;
  };
}

/**
 * Whether all variables are ids, whole numbers, booleans or enum values, or lists of
 * them. Texts and input objects can contain personal data.
 */
export function hasImpersonalVariables(
  schema: GraphQLSchema,
  { variableDefinitions: definitions = [] }: OperationDefinitionNode,
): boolean {
  return definitions.every(({ type: node }) => {
    const type = typeFromAST(schema, node);
    const named = type === undefined ? undefined : getNamedType(type);
    return IMPERSONAL.has(named) || isEnumType(named);
  });
}

function plainVariable(
  schema: GraphQLSchema,
  { type: node, variable, defaultValue }: VariableDefinitionNode,
): PlainVariable | null {
  const type = typeFromAST(schema, node);
  const isRequired = isNonNullType(type);
  const is = PLAIN.get(isNonNullType(type) ? type.ofType : type);
  return is === undefined || defaultValue !== undefined
    ? null
    : { name: variable.name.value, isRequired, is };
}
