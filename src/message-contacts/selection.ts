import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type GraphQLResolveInfo,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";

/** Names of the fields selected below the present field, fragments included. */
export function selectedFields(info: GraphQLResolveInfo): Set<string> {
  const names = new Set<string>();
  for (const node of info.fieldNodes) collect(node.selectionSet, info, names);
  return names;
}

function collect(
  set: SelectionSetNode | undefined,
  info: GraphQLResolveInfo,
  names: Set<string>,
): void {
  for (const node of set?.selections ?? []) {
    if (!isIncluded(node, info)) continue;
    switch (node.kind) {
      case Kind.FIELD:
        names.add(node.name.value);
        break;
      case Kind.INLINE_FRAGMENT:
        collect(node.selectionSet, info, names);
        break;
      case Kind.FRAGMENT_SPREAD:
        collect(info.fragments[node.name.value]?.selectionSet, info, names);
        break;
    }
  }
}

function isIncluded(node: SelectionNode, info: GraphQLResolveInfo): boolean {
  if (node.directives === undefined || node.directives.length === 0)
    return true;
  const { variableValues } = info;
  return (
    getDirectiveValues(GraphQLSkipDirective, node, variableValues)?.["if"] !==
      true &&
    getDirectiveValues(GraphQLIncludeDirective, node, variableValues)?.[
      "if"
    ] !== false
  );
}
