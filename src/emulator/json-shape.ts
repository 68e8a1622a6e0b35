/** Bad input to the control surface; answered with 400 and the message. */
export class ControlInputError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ControlInputError";
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The form of a JSON value, declared once: `read` judges by it and `schema` publishes it, so
 * that what is documented and what is accepted cannot differ.
 */
export interface JsonShape<T> {
  /** JSON Schema, draft 2020-12. */
  readonly schema: JsonObject;
  /**
   * The value as it is known to be.
   *
   * @param path where it stands in the body, for the message; empty for the body itself
   * @throws {ControlInputError} naming that place
   */
  readonly read: (value: unknown, path?: string) => T;
}

/** What a shape reads. */
export type ValueOf<S> = S extends JsonShape<infer T> ? T : never;

/** A shape with a name in the document's components. */
export interface NamedShape<T> extends JsonShape<T> {
  readonly name: string;
  readonly definition: JsonObject;
}

interface OptionalMember<T> extends JsonShape<T | undefined> {
  readonly isOptional: true;
}

type Members = Readonly<Record<string, JsonShape<unknown>>>;

type ObjectOf<M extends Members> = {
  readonly [
    K in keyof M as M[K] extends OptionalMember<unknown> ? never : K
  ]: ValueOf<M[K]>;
} & {
  readonly [
    K in keyof M as M[K] extends OptionalMember<unknown> ? K : never
  ]?: ValueOf<M[K]>;
};

/** A text that is not empty. */
export function text(schema: JsonObject = {}): JsonShape<string> {
  return {
    schema: { type: "string", minLength: 1, ...schema },
    read: (value, path = "") => {
      if (typeof value === "string" && value !== "") return value;
      throw new ControlInputError(`${path} must be a text that is not empty`);
    },
  };
}

export function flag(): JsonShape<boolean> {
  return {
    schema: { type: "boolean" },
    read: (value, path = "") => {
      if (typeof value === "boolean") return value;
      throw new ControlInputError(`${path} must be true or false`);
    },
  };
}

/** A whole number within bounds, both of them allowed. */
export function wholeNumber(
  minimum: number,
  maximum = Number.MAX_SAFE_INTEGER,
): JsonShape<number> {
  return {
    schema: { type: "integer", minimum, maximum },
    read: (value, path = "") => {
      const isIn =
        typeof value === "number" && value >= minimum && value <= maximum;
      if (isIn && Number.isSafeInteger(value)) return value;
      throw new ControlInputError(
        `${path} must be a whole number from ${minimum} to ${maximum}`,
      );
    },
  };
}

/** A chance, above 0 and up to 1. */
export function probability(): JsonShape<number> {
  return {
    schema: { type: "number", exclusiveMinimum: 0, maximum: 1 },
    read: (value, path = "") => {
      if (typeof value === "number" && value > 0 && value <= 1) return value;
      throw new ControlInputError(`${path} must be above 0 and at most 1`);
    },
  };
}

export function oneOf<const T extends string>(
  allowed: readonly T[],
): JsonShape<T> {
  return {
    schema: { type: "string", enum: [...allowed] },
    read: (value, path = "") => {
      const found = allowed.find((candidate) => candidate === value);
      if (found !== undefined) return found;
      throw new ControlInputError(
        `${path} must be one of ${allowed.join(", ")}`,
      );
    },
  };
}

export function listOf<T>(item: JsonShape<T>): JsonShape<readonly T[]> {
  return {
    schema: { type: "array", items: item.schema },
    read: (value, path = "") => {
      if (!Array.isArray(value)) {
        throw new ControlInputError(`${path} must be a list`);
      }
      return value.map((one, at) => item.read(one, `${path}[${at}]`));
    },
  };
}

export function orNull<T>(shape: JsonShape<T>): JsonShape<T | null> {
  return {
    schema: { anyOf: [shape.schema, { type: "null" }] },
    read: (value, path) => (value === null ? null : shape.read(value, path)),
  };
}

/** A text of its own meaning, or something that is no text. */
export function textOr<A, B>(
  short: JsonShape<A>,
  full: JsonShape<B>,
): JsonShape<A | B> {
  return {
    schema: { anyOf: [short.schema, full.schema] },
    read: (value, path) =>
      typeof value === "string"
        ? short.read(value, path)
        : full.read(value, path),
  };
}

/** Of two objects the first when the value has its `key`, else the second. */
export function chosenBy<A, B>(
  key: string,
  first: JsonShape<A>,
  second: JsonShape<B>,
): JsonShape<A | B> {
  return {
    schema: { anyOf: [first.schema, second.schema] },
    read: (value, path) =>
      typeof value === "object" && value !== null && key in value
        ? first.read(value, path)
        : second.read(value, path),
  };
}

/** A member that may be left out; what is left out is not there, so that it hides no default. */
export function optional<T>(shape: JsonShape<T>): OptionalMember<T> {
  return { schema: shape.schema, read: shape.read, isOptional: true };
}

export function described<S extends JsonShape<unknown>>(
  description: string,
  shape: S,
): S {
  return { ...shape, schema: { ...shape.schema, description } };
}

/** A value that is read on after its form was found right. */
export function refined<A, B>(
  shape: JsonShape<A>,
  read: (value: A, path: string) => B,
): JsonShape<B> {
  return {
    schema: shape.schema,
    read: (value, path = "") => read(shape.read(value, path), path),
  };
}

/** Published once under its name, and pointed at from wherever it is used. */
export function named<T>(name: string, shape: JsonShape<T>): NamedShape<T> {
  return {
    name,
    definition: shape.schema,
    schema: { $ref: `#/components/schemas/${name}` },
    read: shape.read,
  };
}

/** An object with these members and no others; `what` names it where it is the whole body. */
export function objectOf<M extends Members>(
  what: string,
  members: M,
): JsonShape<ObjectOf<M>> {
  const entries = Object.entries(members);
  return {
    schema: {
      type: "object",
      additionalProperties: false,
      required: entries
        .filter(([, member]) => !("isOptional" in member))
        .map(([name]) => name),
      properties: Object.fromEntries(
        entries.map(([name, { schema }]) => [name, schema]),
      ),
    },
    read: (value, path = "") => {
      const given = objectWith(value, path || what, Object.keys(members));
      return Object.fromEntries(
        entries
          .filter(([name, member]) => !isLeftOut(given[name], member))
          .map(([name, member]) => [
            name,
            member.read(given[name], path === "" ? name : `${path}.${name}`),
          ]),
      ) as ObjectOf<M>;
    },
  };
}

/** Code that calls without HTTP may say `undefined` where JSON says nothing. */
function isLeftOut(value: unknown, member: JsonShape<unknown>): boolean {
  return value === undefined && "isOptional" in member;
}

/** The value as an object that has no keys but `keys`. */
export function objectWith(
  value: unknown,
  what: string,
  keys: readonly string[],
): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ControlInputError(`${what} must be an object`);
  }
  const unknown = Object.keys(value).filter((key) => !keys.includes(key));
  if (unknown.length > 0) {
    throw new ControlInputError(
      `${what} has unknown members: ${unknown.join(", ")}; known are: ${keys.join(", ")}`,
    );
  }
  return value as JsonObject;
}
