import {
  getArgumentValues,
  isRequiredArgument,
  Kind,
  type FieldNode,
  type GraphQLField,
} from "graphql";
import type { Variables } from "./run.js";

type Values = Record<string, unknown>;

/** Returns the argument values of a field in one run. Throws like graphql-js. */
export type Arguments = (variables: Variables) => Values;

/**
 * Compiles a reader for the arguments of a field.
 *
 * Arguments that are plain variables were already coerced at the start of the
 * run, so their values are used directly. All others are read by graphql-js.
 */
export function argumentsOf(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
): Arguments {
  if (field.args.length === 0) return () => ({});
  const read: Arguments = (variables) =>
    getArgumentValues(field, node, variables);
  const given = new Map(
    node.arguments?.map(({ name, value }) => [name.value, value]),
  );
  const fromVariables: [argument: string, variable: string][] = [];
  for (const argument of field.args) {
    const value = given.get(argument.name);
    if (value?.kind === Kind.VARIABLE) {
      fromVariables.push([argument.name, value.name.value]);
    } else if (
      value !== undefined ||
      isRequiredArgument(argument) ||
      argument.defaultValue !== undefined
    ) {
      return read;
    }
  }
  return (variables) => {
    const values: Values = {};
    for (const [argument, variable] of fromVariables) {
      // `hasOwn`: a variable may be named `constructor` or `toString`.
      const value = Object.hasOwn(variables, variable)
        ? variables[variable]
        : undefined;
      // graphql-js applies defaults and reports missing required arguments.
      if (value === undefined || value === null) return read(variables);
      values[argument] = value;
    }
    return values;
  };
}
