import type {
  ParameterObject,
  ReferenceObject,
  SchemaObject,
} from "@nestjs/swagger";

type Schema = SchemaObject | ReferenceObject;
type Schemas = Record<string, Schema>;

const isReference = (schema: Schema): schema is ReferenceObject =>
  "$ref" in schema;

/**
 * A result's field that may be null, as it is answered: present with `null`.
 * In an input such a field is left out instead, because null is refused.
 */
function orNull(schema: Schema): Schema {
  if (isReference(schema)) return { anyOf: [schema, { type: "null" }] };
  const { allOf, type, ...rest } = schema;
  if (allOf !== undefined) {
    return { ...rest, anyOf: [...allOf, { type: "null" }] };
  }
  return typeof type === "string"
    ? { ...rest, type: [type, "null"] }
    : { ...schema };
}

/** Makes what a result need not tell nullable, shape by shape. */
export function asResult(schema: SchemaObject): SchemaObject {
  const { properties = {}, required = [] } = schema;
  return {
    ...schema,
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [
        name,
        required.includes(name) ? property : orNull(property),
      ]),
    ),
  };
}

/** Unknown names are refused, so the document does not allow them either. */
export function asInput(schema: SchemaObject): SchemaObject {
  return { ...schema, additionalProperties: false };
}

function withoutExample(schema: SchemaObject): SchemaObject {
  const rest = { ...schema };
  delete rest.example;
  return rest;
}

/** A query string from the shape that its names are properties of. */
export function asQuery(
  schema: SchemaObject,
  examples: Readonly<Record<string, unknown>> = {},
): ParameterObject[] {
  const { properties = {}, required = [] } = schema;
  return Object.entries(properties).map(([name, property]) => {
    // A value that narrows the answer is only shown where it is meant.
    const { description, ...rest } = withoutExample(property as SchemaObject);
    const shown: unknown = examples[name];
    return {
      name,
      in: "query",
      required: required.includes(name),
      description,
      schema: rest,
      ...(shown === undefined ? {} : { example: shown }),
    };
  });
}

/** All schemas that a value points at, directly or through others. */
export function referenced(root: unknown, schemas: Schemas): Set<string> {
  const found = new Set<string>();
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(walk);
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key !== "$ref" || typeof inner !== "string") {
        walk(inner);
        continue;
      }
      const name = inner.replace("#/components/schemas/", "");
      if (found.has(name) || !(name in schemas)) continue;
      found.add(name);
      walk(schemas[name]);
    }
  };
  walk(root);
  return found;
}
