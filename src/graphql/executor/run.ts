import type { GraphQLError, GraphQLResolveInfo } from "graphql";

/** Where a value stands in the answer, from the inside out. */
export type Path = GraphQLResolveInfo["path"];

/** An object of the answer while it is filled. */
export type Result = Record<string, unknown>;

export type Variables = Readonly<Record<string, unknown>>;

/** A field of an object as one operation asks for it. */
export interface SelectedField {
  /**
   * Puts the field's value into the object of the answer, at once or when the
   * promise resolves. Fails only where the object itself cannot be shown.
   */
  fill(
    run: Run,
    source: unknown,
    result: Result,
    above: Path | undefined,
  ): Promise<void> | undefined;
}

/** What one operation selects of an object. */
export interface Selected {
  /** Those that have to be resolved. */
  readonly fields: readonly SelectedField[];
  /**
   * The object without their values, its keys in their order. A copy of it costs
   * far less than an object that grows by one key after the other.
   */
  readonly blank: Readonly<Result>;
}

/** Turns what a resolver gave into what the answer shows. */
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
   * Notes why there is null at this place. What fails inside a place that is
   * null already is not told: nobody could see where it belongs.
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

/** All fields of an object beside each other; a promise only if one needs it. */
export function atOnce(
  run: Run,
  { fields, blank }: Selected,
  source: unknown,
  path: Path | undefined,
): Result | Promise<Result> {
  const result: Result = { ...blank };
  let waiting: Promise<void>[] | undefined;
  try {
    for (const field of fields) {
      const pending = field.fill(run, source, result, path);
      if (pending !== undefined) (waiting ??= []).push(pending);
    }
  } catch (error) {
    if (waiting === undefined) throw error;
    // What runs already is listened to, so that no rejection goes unheard.
    return Promise.all(waiting).finally(() => {
      throw error;
    }) as Promise<never>;
  }
  return waiting === undefined
    ? result
    : Promise.all(waiting).then(() => result);
}

/** All fields one after the other, as the language demands of mutations. */
export async function inTurn(
  run: Run,
  { fields, blank }: Selected,
): Promise<Result> {
  const result: Result = { ...blank };
  for (const field of fields) {
    await field.fill(run, undefined, result, undefined);
  }
  return result;
}

/** What graphql-js takes for a promise. */
export function isThenable(value: unknown): value is Promise<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  );
}

/** The keys of a path from the outside in, as errors show them. */
export function keysOf(path: Path): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let at: Path | undefined = path; at !== undefined; at = at.prev) {
    keys.push(at.key);
  }
  return keys.reverse();
}
