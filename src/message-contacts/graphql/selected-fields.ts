import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type GraphQLResolveInfo,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";

/**
 * Names of the fields selected below the current field, including those in fragments.
 * Visits each fragment once, so that the cost is linear in the size of the document.
 */
export function selectedFields(info: GraphQLResolveInfo): Set<string> {
  const names = new Set<string>();
  const visited = new Set<string>();
  for (const node of info.fieldNodes) {
    collect(node.selectionSet, info, names, visited);
  }
  return names;
}

function collect(
  set: SelectionSetNode | undefined,
  info: GraphQLResolveInfo,
  names: Set<string>,
  visited: Set<string>,
): void {
  for (const node of set?.selections ?? []) {
    if (node.kind === Kind.FRAGMENT_SPREAD && visited.has(node.name.value)) {
      continue;
    }
    if (!isIncluded(node, info)) continue;
    switch (node.kind) {
      case Kind.FIELD:
        names.add(node.name.value);
        break;
      case Kind.INLINE_FRAGMENT:
        collect(node.selectionSet, info, names, visited);
        break;
      case Kind.FRAGMENT_SPREAD:
        visited.add(node.name.value);
        collect(
          info.fragments[node.name.value]?.selectionSet,
          info,
          names,
          visited,
        );
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
