import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  isObjectType,
  Kind,
  typeFromAST,
  visit,
  type ASTVisitor,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";
import type { Variables } from "./run.js";

/** Thrown while a plan is made, if graphql-js has to run the operation. */
export class NotCompilable extends Error {}

/** All field nodes with the same response key: at least one. */
export type FieldNodes = [FieldNode, ...FieldNode[]];

/**
 * Collects the fields that an operation selects of an object type, with fragments
 * and conditions applied, in the order of graphql-js.
 */
export class Selections {
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    /** Only variables of `@skip` and `@include` are read. */
    private readonly variables: Variables,
  ) {
    this.fragments = fragmentsOf(document);
  }

  of(
    type: GraphQLObjectType,
    sets: readonly (SelectionSetNode | undefined)[],
  ): Map<string, FieldNodes> {
    const fields = new Map<string, FieldNodes>();
    // Visit each fragment once: nested repeated spreads would grow exponentially.
    const visited = new Set<string>();
    for (const set of sets) {
      if (set !== undefined) this.collect(type, set, fields, visited);
    }
    return fields;
  }

  /** Object types of the values of a type: several for an interface or a union. */
  objectTypesOf(type: GraphQLNamedType): readonly GraphQLObjectType[] {
    if (isObjectType(type)) return [type];
    return isAbstractType(type) ? this.schema.getPossibleTypes(type) : [];
  }

  private collect(
    type: GraphQLObjectType,
    { selections }: SelectionSetNode,
    fields: Map<string, FieldNodes>,
    visited: Set<string>,
  ): void {
    for (const node of selections) {
      if (node.kind === Kind.FRAGMENT_SPREAD && visited.has(node.name.value))
        continue;
      if (!this.isIncluded(node)) continue;
      if (node.kind === Kind.FIELD) {
        const key = node.alias?.value ?? node.name.value;
        const nodes = fields.get(key);
        if (nodes === undefined) fields.set(key, [node]);
        else nodes.push(node);
        continue;
      }
      if (node.kind === Kind.FRAGMENT_SPREAD) visited.add(node.name.value);
      const part =
        node.kind === Kind.INLINE_FRAGMENT
          ? node
          : this.fragments[node.name.value];
      if (part === undefined) throw new NotCompilable();
      if (this.fits(part, type)) {
        this.collect(type, part.selectionSet, fields, visited);
      }
    }
  }

  private fits(
    { typeCondition }: FragmentDefinitionNode | InlineFragmentNode,
    type: GraphQLObjectType,
  ): boolean {
    if (typeCondition === undefined) return true;
    const wanted = typeFromAST(this.schema, typeCondition);
    return (
      wanted === type ||
      (isAbstractType(wanted) && this.schema.isSubType(wanted, type))
    );
  }

  private isIncluded(node: SelectionNode): boolean {
    if (node.directives === undefined || node.directives.length === 0)
      return true;
    try {
      const skip = getDirectiveValues(
        GraphQLSkipDirective,
        node,
        this.variables,
      );
      if (skip?.["if"] === true) return false;
      const include = getDirectiveValues(
        GraphQLIncludeDirective,
        node,
        this.variables,
      );
      return include?.["if"] !== false;
    } catch {
      // A condition has no value: graphql-js reports the error with its location.
      throw new NotCompilable();
    }
  }
}

/** Names of the variables used by `@skip` and `@include`. */
export function conditionsOf(
  document: DocumentNode,
  operation: OperationDefinitionNode,
): string[] {
  const names = new Set<string>();
  const visitor: ASTVisitor = {
    Directive: ({ arguments: args = [] }) => {
      for (const { value } of args) {
        if (value.kind === Kind.VARIABLE) names.add(value.name.value);
      }
    },
  };
  visit(operation, visitor);
  for (const fragment of Object.values(fragmentsOf(document))) {
    visit(fragment, visitor);
  }
  return [...names];
}

function fragmentsOf(
  document: DocumentNode,
): Record<string, FragmentDefinitionNode> {
  const fragments = Object.create(null) as Record<
    string,
    FragmentDefinitionNode
  >;
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) {
      fragments[node.name.value] = node;
    }
  }
  return fragments;
}
