import {
  getVariableValues,
  GraphQLBoolean,
  GraphQLID,
  GraphQLString,
  isNonNullType,
  typeFromAST,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
} from "graphql";
import type { Variables } from "./run.js";

/** Gives the values of one run; null where graphql-js has errors to tell. */
export type ReadVariables = (given: Variables) => Variables | null;

/** A variable of a type whose good values are taken as they are. */
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

/**
 * Errors after which reading the variables stops; the default of graphql-js'
 * `execute`. Without it a list of wrong items costs an error for each item.
 */
const MAX_COERCION_ERRORS = 50;

/**
 * How the variables of an operation are read. Most operations name an id or two,
 * which need no more than a look; everything else goes through graphql-js.
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
