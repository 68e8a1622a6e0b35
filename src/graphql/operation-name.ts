import {
  Kind,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";

/**
 * Operation name used in logs and metrics: the gateway operation of the root
 * field, `introspection`, `several`, or `none` for a rejected document. The values
 * are bounded, because the operation comes from a validated document.
 *
 * A query has the name of its result, so its field declares the gateway operation
 * in its extensions (see `OperationField`). The subscription has the name of a
 * query. A mutation has the name of the gateway operation.
 */
export function operationNameOf(
  operation: OperationDefinitionNode | undefined,
  schema: GraphQLSchema,
): string {
  if (operation === undefined) return "none";
  const [first, ...others] = operation.selectionSet.selections;
  if (first?.kind !== Kind.FIELD) return "several";
  const name = first.name.value;
  for (const other of others) {
    if (other.kind !== Kind.FIELD || other.name.value !== name) {
      return "several";
    }
  }
  if (name.startsWith("__")) return "introspection";
  const query = schema.getQueryType()?.getFields()[name];
  const declared: unknown = query?.extensions["operation"];
  return typeof declared === "string" ? declared : name;
}
