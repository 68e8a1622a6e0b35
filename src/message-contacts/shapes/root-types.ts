import { getNamedType, type GraphQLSchema } from "graphql";

/** Nest creates the root types and offers no way to describe them. */
const DESCRIPTIONS = {
  Query: "Reads. Errors arrive in the top-level `errors`.",
  Mutation:
    "Changes. Errors that the caller can resolve arrive in the payload's `errors`, all others in the top-level `errors`.",
  Subscription: "Real-time updates.",
} as const;

/**
 * Adds the descriptions of the root types. Copies the description of an input type to
 * each mutation argument of that type, so that it is written once.
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
