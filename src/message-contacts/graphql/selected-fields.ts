import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type FieldNode,
  type GraphQLResolveInfo,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";

/** Names below field nodes whose selections have no `@skip` or `@include`. */
const known = new WeakMap<readonly FieldNode[], ReadonlySet<string>>();

/**
 * Names of the fields selected below the current field, including those in fragments.
 * Visits each fragment once, so that the cost is linear in the size of the document.
 *
 * The compiled executor passes the same nodes in each run, so the names are kept for them
 * unless they depend on variables.
 */
export function selectedFields(info: GraphQLResolveInfo): ReadonlySet<string> {
  const found = known.get(info.fieldNodes);
  if (found !== undefined) return found;
  const walk = new Walk(info);
  for (const node of info.fieldNodes) walk.collect(node.selectionSet);
  if (!walk.hasConditions) known.set(info.fieldNodes, walk.names);
  return walk.names;
}

class Walk {
  readonly names = new Set<string>();
  hasConditions = false;
  private readonly visited = new Set<string>();

  constructor(private readonly info: GraphQLResolveInfo) {}

  collect(set: SelectionSetNode | undefined): void {
    for (const node of set?.selections ?? []) {
      if (
        node.kind === Kind.FRAGMENT_SPREAD &&
        this.visited.has(node.name.value)
      ) {
        continue;
      }
      this.hasConditions ||= (node.directives ?? []).length > 0;
      if (!isIncluded(node, this.info)) continue;
      switch (node.kind) {
        case Kind.FIELD:
          this.names.add(node.name.value);
          break;
        case Kind.INLINE_FRAGMENT:
          this.collect(node.selectionSet);
          break;
        case Kind.FRAGMENT_SPREAD:
          this.visited.add(node.name.value);
          this.collect(this.info.fragments[node.name.value]?.selectionSet);
          break;
      }
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
