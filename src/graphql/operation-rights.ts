import {
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";
import type { Right } from "../access/rights/features.js";
import { lacksScope } from "../access/rights/scopes.js";
import type { Caller } from "../context/caller.js";

/**
 * The operations and features behind the root fields of one GraphQL operation, as
 * `OperationField` and `ContactMutation` declare them. `@skip` and `@include` are
 * ignored, because rights are checked before the variables are read.
 */
export class OperationRights {
  /** Null when a root field needs no scope, for example `__typename`. */
  private readonly needed: ReadonlySet<Right> | null;

  constructor(
    document: DocumentNode,
    { selectionSet }: OperationDefinitionNode,
    root: GraphQLObjectType | null,
  ) {
    const names = rootFields(document, selectionSet);
    const fields = root?.getFields() ?? {};
    const needed = [...names].map(
      (name) => fields[name]?.extensions["operation"] as Right | undefined,
    );
    this.needed = needed.includes(undefined)
      ? null
      : new Set(needed as Right[]);
  }

  /** The operations of the root fields; none if a root field needs no scope. */
  get operations(): ReadonlySet<Right> {
    return this.needed ?? new Set();
  }

  /** Whether the caller lacks a scope for every root field. */
  areAllMissing(caller: Caller): boolean {
    if (this.needed === null || this.needed.size === 0) return false;
    for (const operation of this.needed) {
      if (!lacksScope(operation, caller)) return false;
    }
    return true;
  }
}

/** Names of the root fields. Visits each fragment once. */
function rootFields(
  document: DocumentNode,
  set: SelectionSetNode,
): ReadonlySet<string> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(node.name.value, node);
    }
  }
  const names = new Set<string>();
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const node of selections) {
      switch (node.kind) {
        case Kind.FIELD:
          names.add(node.name.value);
          break;
        case Kind.INLINE_FRAGMENT:
          collect(node.selectionSet);
          break;
        case Kind.FRAGMENT_SPREAD: {
          const fragment = fragments.get(node.name.value);
          fragments.delete(node.name.value);
          if (fragment !== undefined) collect(fragment.selectionSet);
          break;
        }
      }
    }
  };
  collect(set);
  return names;
}
