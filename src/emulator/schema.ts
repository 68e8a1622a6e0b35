import { z } from "zod";
import { isTypo, suggestion } from "./suggestions.js";

/** Invalid input to the control API; rendered as 400 with this message. */
export class ControlInputError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ControlInputError";
  }
}

/**
 * Parses a JSON value.
 *
 * @param what name of the whole value in error messages, such as `seed`
 * @throws {ControlInputError} for the first problem, with its path
 */
export function parse<T>(
  schema: z.ZodType<T>,
  value: unknown,
  what = "the body",
): T {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const { path, message } = firstIssue(result.error.issues);
  throw new ControlInputError(`${pathText(path) || what} ${message}`);
}

type Issue = z.core.$ZodIssue;

/**
 * Returns the issue to report. For a union, this is the issue of the branch that matches the
 * type of the input: the first branch for a string, the last branch otherwise.
 */
function firstIssue([issue]: readonly Issue[]): {
  readonly path: readonly PropertyKey[];
  readonly message: string;
} {
  if (issue === undefined) return { path: [], message: "is invalid" };
  if (issue.code !== "invalid_union" || issue.message !== "Invalid input") {
    return issue;
  }
  const branch = issue.errors.at(typeof issue.input === "string" ? 0 : -1);
  const { path, message } = firstIssue(branch ?? []);
  return { path: [...issue.path, ...path], message };
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part) =>
      typeof part === "number" ? `[${part}]` : `.${String(part)}`,
    )
    .join("")
    .replace(/^\./, "");
}

/** A non-empty string. */
export function nonEmptyString(): z.ZodString {
  const message = "must be a non-empty string";
  return z.string(message).min(1, message);
}

export function booleanValue(): z.ZodBoolean {
  return z.boolean("must be true or false");
}

/** An integer within bounds, both inclusive. */
export function integer(
  minimum: number,
  maximum = Number.MAX_SAFE_INTEGER,
): z.ZodInt {
  const message = `must be an integer from ${minimum} to ${maximum}`;
  return z.int(message).min(minimum, message).max(maximum, message);
}

/** A probability greater than 0 and at most 1. */
export function probability(): z.ZodNumber {
  const message = "must be greater than 0 and at most 1";
  return z.number(message).gt(0, message).lte(1, message);
}

/** One of the allowed values. The message suggests the nearest one. */
export function stringEnum<const T extends string>(
  allowed: readonly T[],
): z.ZodEnum<{ [K in T]: K }> {
  return z.enum(allowed, {
    error: ({ input }) =>
      `must be one of ${allowed.join(", ")}${suggestion(input, allowed)}`,
  });
}

/**
 * Any non-empty string, except a misspelling of a known value. Tests may use values that the
 * vendor does not document.
 */
export function openEnum(known: readonly string[]): z.ZodString {
  return nonEmptyString().refine((value) => !isTypo(value, known), {
    error: ({ input }) =>
      `is not known${suggestion(input, known)} Known values: ${known.join(", ")}`,
  });
}

export function arrayOf<S extends z.ZodType>(item: S): z.ZodArray<S> {
  return z.array(item, "must be an array");
}

/** An object that rejects unknown properties. */
export function objectOf<M extends z.ZodRawShape>(
  members: M,
): z.ZodObject<M, z.core.$strict> {
  const names = Object.keys(members);
  const known = names.join(", ");
  return z.strictObject(members, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `has unknown properties: ${issue.keys.join(", ")}; known properties: ${known}${issue.keys.map((key) => suggestion(key, names)).join("")}`
        : "must be an object",
  });
}

/** Gives a schema a name, under which the OpenAPI document defines it once. */
export function named<S extends z.ZodType>(name: string, schema: S): S {
  return schema.meta({ id: name });
}

/** Converts to JSON Schema (draft 2020-12). A named schema becomes a reference. */
export function jsonSchema(schema: z.ZodType): object {
  const { $schema: _dialect, $defs: _defs, ...inline } = published(schema);
  return inline;
}

/** Definitions of named schemas, for `components.schemas` of the OpenAPI document. */
export function definitionsOf(
  schemas: readonly z.ZodType[],
): Readonly<Record<string, object>> {
  return Object.assign(
    {},
    ...schemas.map((schema) => published(schema).$defs),
  ) as Record<string, object>;
}

function published(schema: z.ZodType): z.core.JSONSchema.BaseSchema {
  const text = JSON.stringify(z.toJSONSchema(schema, { io: "input" }));
  return JSON.parse(
    text.replaceAll("#/$defs/", "#/components/schemas/"),
  ) as z.core.JSONSchema.BaseSchema;
}
