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
}

/** Figures of the security goals; mutations are a setting. */
export function documentRules({
  GRAPHQL_MUTATIONS_PER_OPERATION: mutationFields,
}: Pick<Config, "GRAPHQL_MUTATIONS_PER_OPERATION">): ValidationRule[] {
  const limits = { depth: 8, aliases: 30, rootFields: 20, directives: 20 };
  return [documentLimits({ ...limits, mutationFields }), noConditionalRoots];
}

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
  readonly fields: number;
}

const NOTHING: Size = {
  depth: 0,
  introspectionDepth: 0,
  aliases: 0,
  directives: 0,
  fields: 0,
};

/** Counts stop here: fragments in fragments would double them without end. */
const ENOUGH = 1_000_000;

/**
 * A validation rule that refuses operations beyond the limits. Each fragment is
 * measured once, so that the work grows with the document and not with what it
 * expands to.
 */
export function documentLimits(limits: DocumentLimits): ValidationRule {
  return (context) => ({
    Document(document) {
      for (const sentence of excesses(document, limits)) {
        context.reportError(new GraphQLError(sentence));
      }
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
  for (const node of document.definitions) {
    if (node.kind !== Kind.OPERATION_DEFINITION) continue;
    const size = measure(node.selectionSet);
    const isMutation = node.operation === OperationTypeNode.MUTATION;
    hold("levels", size.depth, limits.depth);
    hold(
      "levels of introspection",
      size.introspectionDepth,
      INTROSPECTION_DEPTH,
    );
    hold("aliases", size.aliases, limits.aliases);
    hold("root fields", size.fields, limits.rootFields);
    hold(
      "directives",
      size.directives + (node.directives?.length ?? 0),
      limits.directives,
    );
    if (isMutation) hold("mutations", size.fields, limits.mutationFields);
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
            return plus(ofSelection(node.selectionSet), { directives });
          case Kind.FRAGMENT_SPREAD:
            return plus(ofFragment(node.name.value), { directives });
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
              directives: capped(below.directives + directives),
              fields: 1,
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

function plus(size: Size, { directives }: Pick<Size, "directives">): Size {
  return { ...size, directives: capped(size.directives + directives) };
}

/** Two selections side by side. */
function joined(a: Size, b: Size): Size {
  return {
    depth: Math.max(a.depth, b.depth),
    introspectionDepth: Math.max(a.introspectionDepth, b.introspectionDepth),
    aliases: capped(a.aliases + b.aliases),
    directives: capped(a.directives + b.directives),
    fields: capped(a.fields + b.fields),
  };
}

function capped(count: number): number {
  return Math.min(count, ENOUGH);
}
