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
import { noConditionalRoots } from "./subscription-root.js";

/** How large an operation may be, fragments counted wherever they are spread. */
export interface DocumentLimits {
  readonly depth: number;
  readonly aliases: number;
  readonly rootFields: number;
  readonly directives: number;
  readonly mutationFields: number;
  /** Fields and fragments of the whole document; see `MAX_SELECTIONS`. */
  readonly selections: number;
  /** Aliases below `__schema` and `__type`. */
  readonly introspectionAliases: number;
}

/**
 * Maximum number of fields and fragments of a document, counted wherever a
 * fragment is spread. A document without repeated fragments never reaches it:
 * `MAX_TOKENS` is not larger.
 */
export const MAX_SELECTIONS = 1_000;

/** Figures of the security goals; mutations are a setting. */
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

/** Most tokens of a document; checked while parsing, before validation. */
export const MAX_TOKENS = 1_000;

/** Deepest selection below `__schema` and `__type`, which have a rule of their own. */
const INTROSPECTION_DEPTH = 20;

/** What a selection holds, everything below it included. */
interface Size {
  readonly depth: number;
  readonly introspectionDepth: number;
  readonly aliases: number;
  readonly directives: number;
  readonly introspectionAliases: number;
  readonly fields: number;
  readonly selections: number;
}

const NOTHING: Size = {
  depth: 0,
  introspectionDepth: 0,
  aliases: 0,
  introspectionAliases: 0,
  directives: 0,
  fields: 0,
  selections: 0,
};

/** Takes the place of a refused document, so that no rule walks that one. */
const EMPTY: DocumentNode = { kind: Kind.DOCUMENT, definitions: [] };

/** Counts stop here: fragments in fragments would double them without end. */
const ENOUGH = 1_000_000;

/**
 * A validation rule that refuses documents beyond the limits. Each fragment is
 * measured once, so that the work is linear in the document's size.
 *
 * A refused document is replaced by an empty one for the rest of the validation:
 * other rules compare fields pair by pair and must not see it.
 */
export function documentLimits(limits: DocumentLimits): ValidationRule {
  return (context) => ({
    Document(document) {
      const sentences = excesses(document, limits);
      for (const sentence of sentences) {
        context.reportError(new GraphQLError(sentence));
      }
      return sentences.length === 0 ? undefined : EMPTY;
    },
  });
}

/** A sentence for each limit that an operation of the document exceeds. */
export function excesses(
  document: DocumentNode,
  limits: DocumentLimits,
): string[] {
  const measure = measurer(document);
  const sentences: string[] = [];
  const hold = (what: string, actual: number, most: number): void => {
    if (actual > most) {
      sentences.push(`The operation has more than ${most} ${what}.`);
    }
  };
  let selections = 0;
  for (const node of document.definitions) {
    if (node.kind !== Kind.OPERATION_DEFINITION) continue;
    const size = measure(node.selectionSet);
    selections = capped(selections + size.selections);
    const isMutation = node.operation === OperationTypeNode.MUTATION;
    hold("levels", size.depth, limits.depth);
    hold(
      "levels of introspection",
      size.introspectionDepth,
      INTROSPECTION_DEPTH,
    );
    hold("aliases", size.aliases, limits.aliases);
    hold(
      "aliases in introspection",
      size.introspectionAliases,
      limits.introspectionAliases,
    );
    hold("root fields", size.fields, limits.rootFields);
    hold(
      "directives",
      size.directives + (node.directives?.length ?? 0),
      limits.directives,
    );
    if (isMutation) hold("mutations", size.fields, limits.mutationFields);
  }
  if (selections > limits.selections) {
    sentences.push(
      `The document has more than ${limits.selections} fields and fragments, counted wherever a fragment is spread.`,
    );
  }
  return sentences;
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
    // Stands for the fragment itself while it is measured: a cycle adds
    // nothing, and is refused by a rule of the language.
    measured.set(name, NOTHING);
    const fragment = fragments.get(name);
    const size =
      fragment === undefined ? NOTHING : ofSelection(fragment.selectionSet);
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
                ? NOTHING
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
      .reduce(joined, NOTHING);
  return ofSelection;
}

function directivesOf({
  directives,
}: ASTNode & { directives?: readonly unknown[] }): number {
  return directives?.length ?? 0;
}

/** A fragment where it is spread, with the directives there. */
function plus(size: Size, directives: number): Size {
  return {
    ...size,
    directives: capped(size.directives + directives),
    selections: capped(size.selections + 1),
  };
}

/** Two selections side by side. */
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
  return Math.min(count, ENOUGH);
}
