import {
  getArgumentValues,
  isRequiredArgument,
  Kind,
  type FieldNode,
  type GraphQLField,
} from "graphql";
import type { Variables } from "./run.js";

type Values = Record<string, unknown>;

/** Gives a field's arguments in one run; throws as graphql-js does. */
export type Arguments = (variables: Variables) => Values;

/**
 * How the arguments of a field are read.
 *
 * Most documents give plain variables, which were checked when the run began:
 * they are handed on. Everything else goes through graphql-js.
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
  const handed: [argument: string, variable: string][] = [];
  for (const argument of field.args) {
    const value = given.get(argument.name);
    if (value?.kind === Kind.VARIABLE) {
      handed.push([argument.name, value.name.value]);
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
    for (const [argument, variable] of handed) {
      // A name that every object has is not yet a variable that was given.
      const value = Object.hasOwn(variables, variable)
        ? variables[variable]
        : undefined;
      // Absent or null: defaults and required arguments come into play.
      if (value === undefined || value === null) return read(variables);
      values[argument] = value;
    }
    return values;
  };
}
