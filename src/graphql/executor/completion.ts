import {
  GraphQLError,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  locatedError,
  type GraphQLAbstractType,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
} from "graphql";
import {
  isThenable,
  keysOf,
  resolveConcurrently,
  type Complete,
  type Path,
  type Run,
  type Selected,
} from "./run.js";
import { NotCompilable, type FieldNodes } from "./selection.js";

/** The properties of a field that value completion needs. */
export interface CompletedField {
  readonly schema: GraphQLSchema;
  readonly nodes: FieldNodes;
  /** `Type.field`, used in error messages. */
  readonly name: string;
  /** Returns the fields selected below this one, for an object type of its value. */
  readonly below: (type: GraphQLObjectType) => Selected;
}

/** Compiles "value completion" (GraphQL specification, 6.4.3) for a field's type. */
export function completionOf(
  type: GraphQLOutputType,
  field: CompletedField,
): Complete {
  if (isNonNullType(type)) {
    return required(completionOf(type.ofType, field), field.name);
  }
  const complete = isListType(type)
    ? listOf(type.ofType, field)
    : isLeafType(type)
      ? leafOf(type)
      : isAbstractType(type)
        ? abstractOf(type, field)
        : objectOf(type, field);
  return (run, value, path, info) => {
    if (value instanceof Error) throw value;
    return value === null || value === undefined
      ? null
      : complete(run, value, path, info);
  };
}

function required(complete: Complete, name: string): Complete {
  const checked = (value: unknown): unknown => {
    if (value !== null) return value;
    throw new Error(`Cannot return null for non-nullable field ${name}.`);
  };
  // A promise needs no check: only objects and lists return one, and they are not null.
  return (run, value, path, info) => checked(complete(run, value, path, info));
}

function leafOf(type: GraphQLLeafType): Complete {
  return (_run, value) => {
    const leaf: unknown = type.serialize(value);
    if (leaf === null || leaf === undefined) {
      throw new Error(`${type.name}.serialize returned null or undefined.`);
    }
    return leaf;
  };
}

function objectOf(type: GraphQLOutputType, field: CompletedField): Complete {
  // Types that Nest generates from classes have no `isTypeOf`.
  if (!isObjectType(type) || type.isTypeOf != null) throw new NotCompilable();
  const fields = field.below(type);
  return (run, value, path) => resolveConcurrently(run, fields, value, path);
}

function abstractOf(
  type: GraphQLAbstractType,
  { schema, nodes, below }: CompletedField,
): Complete {
  const { resolveType } = type;
  if (resolveType == null) throw new NotCompilable();
  const byType = new Map<unknown, Selected>();
  for (const possible of schema.getPossibleTypes(type)) {
    if (possible.isTypeOf != null) throw new NotCompilable();
    byType.set(possible.name, below(possible));
  }
  const fieldsOf = (found: unknown): Selected => {
    const fields = byType.get(found);
    if (fields !== undefined) return fields;
    throw new GraphQLError(
      `Abstract type "${type.name}" was resolved to a type "${String(found)}" that does not exist inside the schema.`,
      { nodes },
    );
  };
  return (run, value, path, info) => {
    const found: unknown = resolveType(
      value,
      run.context,
      info as GraphQLResolveInfo,
      type,
    );
    return isThenable(found)
      ? found.then((name) =>
          resolveConcurrently(run, fieldsOf(name), value, path),
        )
      : resolveConcurrently(run, fieldsOf(found), value, path);
  };
}

function listOf(itemType: GraphQLOutputType, field: CompletedField): Complete {
  const { nodes, name } = field;
  const complete = completionOf(itemType, field);
  const isRequired = isNonNullType(itemType);
  const fail = (run: Run, path: Path, reason: unknown): null => {
    const error = locatedError(reason, nodes, keysOf(path));
    if (isRequired) throw error;
    run.fail(error, path);
    return null;
  };
  return (run, value, path, info) => {
    if (!isIterable(value)) {
      throw new GraphQLError(
        `Expected Iterable, but did not find one for field "${name}".`,
      );
    }
    const items: unknown[] = [];
    let isAsync = false;
    try {
      for (const raw of value) {
        const at: Path = { prev: path, key: items.length, typename: undefined };
        try {
          const item = isThenable(raw)
            ? raw.then((settled) => complete(run, settled, at, info))
            : complete(run, raw, at, info);
          if (isThenable(item)) {
            isAsync = true;
            items.push(
              item.then(undefined, (error: unknown) => fail(run, at, error)),
            );
          } else items.push(item);
        } catch (error) {
          items.push(fail(run, at, error));
        }
      }
    } catch (error) {
      // The list becomes null, but its pending items may still reject.
      ignoreRejections(items);
      if (Array.isArray(value)) ignoreRejections(value.slice(items.length));
      throw error;
    }
    return isAsync ? Promise.all(items) : items;
  };
}

/** Marks rejections as handled: Node.js exits on an unhandled one. */
function ignoreRejections(values: readonly unknown[]): void {
  for (const value of values) {
    if (isThenable(value)) value.then(undefined, () => undefined);
  }
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return (
    typeof value === "object" && value !== null && Symbol.iterator in value
  );
}
