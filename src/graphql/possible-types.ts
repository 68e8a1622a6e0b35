import { isAbstractType, type GraphQLSchema } from "graphql";

/** Object types behind each interface and union, as Apollo Client wants them. */
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
