import { isAbstractType, type GraphQLSchema } from "graphql";

/** Object types of each interface and union, in the format of Apollo Client. */
export function possibleTypesOf(
  schema: GraphQLSchema,
): Record<string, string[]> {
  const possibleTypes: Record<string, string[]> = {};
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isAbstractType(type) || type.name.startsWith("__")) continue;
    possibleTypes[type.name] = schema
      .getPossibleTypes(type)
      .map(({ name }) => name)
      .sort();
  }
  return possibleTypes;
}
