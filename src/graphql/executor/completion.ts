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
  atOnce,
  isThenable,
  keysOf,
  type Complete,
  type Path,
  type Run,
  type Selected,
} from "./run.js";
import { NotCompilable, type FieldNodes } from "./selection.js";

/** What completing the values of one field needs to know of it. */
export interface CompletedField {
  readonly schema: GraphQLSchema;
  readonly nodes: FieldNodes;
  /** `Type.field`, as errors name it. */
  readonly name: string;
  /** The fields selected below this one, of each type that it may have. */
  readonly below: (type: GraphQLObjectType) => Selected;
}

/** "Value completion" of the language, decided once for a field and its type. */
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
  // Promises come of objects and lists alone, which are not null.
  return (run, value, path, info) => checked(complete(run, value, path, info));
}

function leafOf(type: GraphQLLeafType): Complete {
  return (_run, value) => {
    const leaf: unknown = type.serialize(value);
    if (leaf === null || leaf === undefined) {
      throw new Error(`${type.name} serialises a value to nothing.`);
    }
    return leaf;
  };
}

function objectOf(type: GraphQLOutputType, field: CompletedField): Complete {
  // Shapes declared as classes have no `isTypeOf`.
  if (!isObjectType(type) || type.isTypeOf != null) throw new NotCompilable();
  const fields = field.below(type);
  return (run, value, path) => atOnce(run, fields, value, path);
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
      ? found.then((one) => atOnce(run, fieldsOf(one), value, path))
      : atOnce(run, fieldsOf(found), value, path);
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
    let isWaiting = false;
    try {
      for (const raw of value) {
        const at: Path = { prev: path, key: items.length, typename: undefined };
        try {
          const item = isThenable(raw)
            ? raw.then((one) => complete(run, one, at, info))
            : complete(run, raw, at, info);
          if (isThenable(item)) {
            isWaiting = true;
            items.push(
              item.then(undefined, (error: unknown) => fail(run, at, error)),
            );
          } else items.push(item);
        } catch (error) {
          items.push(fail(run, at, error));
        }
      }
    } catch (error) {
      // The list is null now. Its pending items may still reject.
      ignoreRejections(items);
      if (Array.isArray(value)) ignoreRejections(value.slice(items.length));
      throw error;
    }
    return isWaiting ? Promise.all(items) : items;
  };
}

/** Marks rejections as handled: an unhandled one would end the process. */
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
