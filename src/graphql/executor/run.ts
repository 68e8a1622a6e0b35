import type { GraphQLError, GraphQLResolveInfo } from "graphql";

/** Response path of a value, as a linked list from the innermost key outwards. */
export type Path = GraphQLResolveInfo["path"];

/** An object of the response while its fields are resolved. */
export type Result = Record<string, unknown>;

export type Variables = Readonly<Record<string, unknown>>;

/** A selected field of an object type. */
export interface SelectedField {
  /**
   * Sets the field's value in `result`, now or when the returned promise resolves.
   * Throws or rejects only when the whole object has to become null.
   */
  fill(
    run: Run,
    source: unknown,
    result: Result,
    above: Path | undefined,
  ): Promise<void> | undefined;
}

/** The fields that one operation selects of an object. */
export interface Selected {
  /** Fields that have a resolver; `__typename` is part of `blank`. */
  readonly fields: readonly SelectedField[];
  /**
   * An object with all keys in response order, before the fields are resolved.
   * Spreading a prebuilt object keeps one hidden class.
   */
  readonly blank: Readonly<Result>;
}

/** Completes a resolver's value: GraphQL specification, 6.4.3. */
export type Complete = (
  run: Run,
  value: unknown,
  path: Path,
  info: GraphQLResolveInfo | undefined,
) => unknown;

/** One run of a compiled operation. */
export class Run {
  readonly errors: GraphQLError[] = [];
  private nulled: Set<Path | undefined> | undefined;

  constructor(
    readonly context: unknown,
    readonly variables: Variables,
  ) {}

  /**
   * Records the error of a path that becomes null. Errors below an already-nulled
   * path are dropped (GraphQL specification, 6.4.4).
   */
  fail(error: GraphQLError, path: Path | undefined): void {
    const nulled = (this.nulled ??= new Set());
    let at = path;
    while (at !== undefined) {
      if (nulled.has(at)) return;
      at = at.prev;
    }
    if (nulled.has(undefined)) return;
    nulled.add(path);
    this.errors.push(error);
  }
}

/** Resolves the fields of an object concurrently. Synchronous if all fields are. */
export function resolveConcurrently(
  run: Run,
  { fields, blank }: Selected,
  source: unknown,
  path: Path | undefined,
): Result | Promise<Result> {
  const result: Result = { ...blank };
  let pendingFields: Promise<void>[] | undefined;
  try {
    for (const field of fields) {
      const pending = field.fill(run, source, result, path);
      if (pending !== undefined) (pendingFields ??= []).push(pending);
    }
  } catch (error) {
    if (pendingFields === undefined) throw error;
    // Wait for the started fields, so that none of them rejects unhandled.
    return Promise.all(pendingFields).finally(() => {
      throw error;
    }) as Promise<never>;
  }
  return pendingFields === undefined
    ? result
    : Promise.all(pendingFields).then(() => result);
}

/** Resolves root fields one after the other (GraphQL specification, 6.2.2). */
export async function resolveSerially(
  run: Run,
  { fields, blank }: Selected,
): Promise<Result> {
  const result: Result = { ...blank };
  for (const field of fields) {
    await field.fill(run, undefined, result, undefined);
  }
  return result;
}

/** Same check as in graphql-js. */
export function isThenable(value: unknown): value is Promise<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  );
}

/** The keys of a path from the root inwards, as in the `path` of an error. */
export function keysOf(path: Path): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let at: Path | undefined = path; at !== undefined; at = at.prev) {
    keys.push(at.key);
  }
  return keys.reverse();
}
