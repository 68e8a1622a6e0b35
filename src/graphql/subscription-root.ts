import {
  GraphQLError,
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationRule,
} from "graphql";

/** Replaces a rejected document, so that no later rule visits the original. */
const EMPTY: DocumentNode = { kind: Kind.DOCUMENT, definitions: [] };

/**
 * Rejects subscriptions with `@skip` or `@include` on their root selections
 * (GraphQL specification, September 2025, section 5.2.4.1). graphql-js 16 lacks
 * this rule. It throws instead: during validation if the condition is a variable,
 * or during execution if no field remains.
 */
export const noConditionalRoots: ValidationRule = (context) => ({
  Document(document) {
    if (!hasConditionalRoot(document)) return undefined;
    context.reportError(
      new GraphQLError(
        "The root field of a subscription must not have @skip or @include.",
      ),
    );
    return EMPTY;
  },
});

/** Whether a root selection has `@skip` or `@include`. Visits each fragment once. */
function hasConditionalRoot(document: DocumentNode): boolean {
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
  // The loop appends to `sets` while it iterates.
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
