import { getNamedType, type GraphQLSchema } from "graphql";

/** The framework makes the root types itself and cannot describe them. */
const DESCRIPTIONS = {
  Query:
    "Reads. Problems that are not the caller's to solve arrive in `errors[]`.",
  Mutation:
    "Changes. Outcomes the caller can act on arrive in the payload's `errors`, everything else in `errors[]`.",
  Subscription: "Pushes.",
} as const;

/**
 * Gives the root types their descriptions, and a mutation's argument that of
 * its input type, so that no sentence is written twice.
 */
export function describeRootTypes(schema: GraphQLSchema): GraphQLSchema {
  for (const [name, description] of Object.entries(DESCRIPTIONS)) {
    const type = schema.getType(name);
    if (type !== undefined) type.description = description;
  }
  for (const field of Object.values(
    schema.getMutationType()?.getFields() ?? {},
  )) {
    for (const argument of field.args) {
      argument.description ??= getNamedType(argument.type).description;
    }
  }
  return schema;
}
