import {
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";

/**
 * Whether a subscription of the document has `@skip` or `@include` on its root
 * selections, fragments included. The GraphQL specification (September 2025,
 * 5.2.4.1) forbids that. graphql-js 16 does not refuse it: it throws while it
 * validates or executes such a document. Visits each fragment once.
 */
export function hasConditionalRoot(document: DocumentNode): boolean {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const sets: SelectionSetNode[] = [];
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(node.name.value, node);
    } else if (
      node.kind === Kind.OPERATION_DEFINITION &&
      node.operation === OperationTypeNode.SUBSCRIPTION
    ) {
      sets.push(node.selectionSet);
    }
  }
  // `sets` grows while it is read.
  for (const { selections } of sets) {
    for (const selection of selections) {
      if (isConditional(selection)) return true;
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        sets.push(selection.selectionSet);
      } else if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const { value } = selection.name;
        const fragment = fragments.get(value);
        fragments.delete(value);
        if (fragment !== undefined) sets.push(fragment.selectionSet);
      }
    }
  }
  return false;
}

function isConditional({ directives = [] }: SelectionNode): boolean {
  return directives.some(
    ({ name: { value } }) => value === "skip" || value === "include",
  );
}
