import {
  GraphQLError,
  Kind,
  OperationTypeNode,
  type ASTNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
  type ValidationRule,
} from "graphql";
import type { Config } from "../config/config.js";
import type { RefusalReason } from "../errors/refusal-reasons.js";
import { noConditionalRoots } from "./subscription-root.js";

/** Maximum sizes of an operation. A fragment counts each time it is spread. */
export interface DocumentLimits {
  readonly depth: number;
  readonly aliases: number;
  readonly rootFields: number;
  readonly directives: number;
  readonly mutationFields: number;
  /** Fields and fragments in the whole document; see `MAX_SELECTIONS`. */
  readonly selections: number;
  /** Aliases below `__schema` and `__type`. */
  readonly introspectionAliases: number;
}

/**
 * Maximum number of fields and fragments in a document. A fragment counts each
 * time it is spread. Only documents that repeat fragments can reach this limit,
 * because every other document reaches `MAX_TOKENS` first.
 */
export const MAX_SELECTIONS = 1_000;

/** Validation rules for all documents. Only the mutation limit is configurable. */
export function documentRules({
  GRAPHQL_MUTATIONS_PER_OPERATION: mutationFields,
}: Pick<Config, "GRAPHQL_MUTATIONS_PER_OPERATION">): ValidationRule[] {
  return [documentLimits({ ...LIMITS, mutationFields }), noConditionalRoots];
}

const LIMITS = {
  depth: 8,
  aliases: 30,
  rootFields: 20,
  directives: 20,
  selections: MAX_SELECTIONS,
  introspectionAliases: 4,
} as const;

/** Maximum number of tokens in a document. Checked while parsing, before validation. */
export const MAX_TOKENS = 1_000;

/** Maximum depth below `__schema` and `__type`, which `depth` does not cover. */
const INTROSPECTION_DEPTH = 20;

/** Size of a selection, including everything below it. */
interface Size {
  readonly depth: number;
  readonly introspectionDepth: number;
  readonly aliases: number;
  readonly directives: number;
  readonly introspectionAliases: number;
  readonly fields: number;
  readonly selections: number;
}

const ZERO: Size = {
  depth: 0,
  introspectionDepth: 0,
  aliases: 0,
  introspectionAliases: 0,
  directives: 0,
  fields: 0,
  selections: 0,
};

/** Replaces a rejected document, so that no later rule visits the original. */
const EMPTY: DocumentNode = { kind: Kind.DOCUMENT, definitions: [] };

/** Upper bound of every count. Nested fragments can double a count at each level. */
const MAX_COUNT = 1_000_000;

/**
 * A validation rule that rejects documents beyond the limits. It measures each
 * fragment once, so the work is linear in the size of the document.
 *
 * For the rest of the validation an empty document replaces a rejected one,
 * because other rules compare its fields pair by pair.
 */
export function documentLimits(limits: DocumentLimits): ValidationRule {
  return (context) => ({
    Document(document) {
      const found = excesses(document, limits);
      for (const { sentence, reason } of found) {
        const extensions = { reason };
        context.reportError(new GraphQLError(sentence, { extensions }));
      }
      return found.length === 0 ? undefined : EMPTY;
    },
  });
}

/** A limit that a document exceeds. */
export interface Excess {
  readonly sentence: string;
  readonly reason: RefusalReason;
}

/** Returns the limits that the document exceeds. */
export function excesses(
  document: DocumentNode,
  limits: DocumentLimits,
): Excess[] {
  const measure = measurer(document);
  const found: Excess[] = [];
  const check = (
    reason: RefusalReason,
    unit: string,
    actual: number,
    limit: number,
  ): void => {
    if (actual <= limit) return;
    const sentence = `The operation has more than ${limit} ${unit}.`;
    found.push({ sentence, reason });
  };
  let selections = 0;
  for (const node of document.definitions) {
    if (node.kind !== Kind.OPERATION_DEFINITION) continue;
    const size = measure(node.selectionSet);
    selections = capped(selections + size.selections);
    const isMutation = node.operation === OperationTypeNode.MUTATION;
    check("document-depth", "levels", size.depth, limits.depth);
    check(
      "document-depth",
      "levels of introspection",
      size.introspectionDepth,
      INTROSPECTION_DEPTH,
    );
    check("document-aliases", "aliases", size.aliases, limits.aliases);
    check(
      "document-aliases",
      "aliases in introspection",
      size.introspectionAliases,
      limits.introspectionAliases,
    );
    check(
      "document-root-fields",
      "root fields",
      size.fields,
      limits.rootFields,
    );
    check(
      "document-directives",
      "directives",
      size.directives + (node.directives?.length ?? 0),
      limits.directives,
    );
    if (isMutation)
      check(
        "document-mutations",
        "mutations",
        size.fields,
        limits.mutationFields,
      );
  }
  if (selections > limits.selections) {
    found.push({
      sentence: `The document has more than ${limits.selections} fields and fragments. A fragment counts each time it is spread.`,
      reason: "document-selections",
    });
  }
  return found;
}

function measurer(document: DocumentNode): (set: SelectionSetNode) => Size {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(node.name.value, node);
    }
  }
  const measured = new Map<string, Size>();
  const ofFragment = (name: string): Size => {
    const known = measured.get(name);
    if (known !== undefined) return known;
    // Placeholder that ends the recursion on a fragment cycle. The standard rule
    // NoFragmentCycles rejects such a document.
    measured.set(name, ZERO);
    const fragment = fragments.get(name);
    const size =
      fragment === undefined ? ZERO : ofSelection(fragment.selectionSet);
    measured.set(name, size);
    return size;
  };
  const ofSelection = (set: SelectionSetNode): Size =>
    set.selections
      .map((node): Size => {
        const directives = directivesOf(node);
        switch (node.kind) {
          case Kind.INLINE_FRAGMENT:
            return plus(ofSelection(node.selectionSet), directives);
          case Kind.FRAGMENT_SPREAD:
            return plus(ofFragment(node.name.value), directives);
          case Kind.FIELD: {
            const below =
              node.selectionSet === undefined
                ? ZERO
                : ofSelection(node.selectionSet);
            const isMeta = node.name.value.startsWith("__");
            const deepest = below.depth + 1;
            return {
              depth: isMeta ? 1 : deepest,
              introspectionDepth: isMeta ? deepest : below.introspectionDepth,
              aliases: capped(
                below.aliases + (node.alias === undefined ? 0 : 1),
              ),
              introspectionAliases: isMeta
                ? below.aliases
                : below.introspectionAliases,
              directives: capped(below.directives + directives),
              fields: 1,
              selections: capped(below.selections + 1),
            };
          }
        }
      })
      .reduce(joined, ZERO);
  return ofSelection;
}

function directivesOf({
  directives,
}: ASTNode & { directives?: readonly unknown[] }): number {
  return directives?.length ?? 0;
}

/** Adds one spread of a fragment, with the directives on the spread. */
function plus(size: Size, directives: number): Size {
  return {
    ...size,
    directives: capped(size.directives + directives),
    selections: capped(size.selections + 1),
  };
}

/** Size of two sibling selections together. */
function joined(a: Size, b: Size): Size {
  return {
    depth: Math.max(a.depth, b.depth),
    introspectionDepth: Math.max(a.introspectionDepth, b.introspectionDepth),
    aliases: capped(a.aliases + b.aliases),
    introspectionAliases: capped(
      a.introspectionAliases + b.introspectionAliases,
    ),
    directives: capped(a.directives + b.directives),
    fields: capped(a.fields + b.fields),
    selections: capped(a.selections + b.selections),
  };
}

function capped(count: number): number {
  return Math.min(count, MAX_COUNT);
}
