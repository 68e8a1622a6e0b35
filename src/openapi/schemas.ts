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
 * Makes a schema nullable. In a result an absent value is `null`. An input must
 * omit it instead, because the gateway rejects null.
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

/** Schema of a result: all properties that are not required become nullable. */
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

/** Schema of an input, without additional properties: the gateway rejects them. */
export function asInput(schema: SchemaObject): SchemaObject {
  return { ...schema, additionalProperties: false };
}

function withoutExample(schema: SchemaObject): SchemaObject {
  const rest = { ...schema };
  delete rest.example;
  return rest;
}

/** Converts the schema of a query string to parameters, one per property. */
export function asQuery(
  schema: SchemaObject,
  examples: Readonly<Record<string, unknown>> = {},
): ParameterObject[] {
  const { properties = {}, required = [] } = schema;
  return Object.entries(properties).map(([name, property]) => {
    // Use only the operation's own examples: Swagger UI sends every example value,
    // and a filter would reduce the result.
    const { description, ...rest } = withoutExample(property as SchemaObject);
    const example: unknown = examples[name];
    return {
      name,
      in: "query",
      required: required.includes(name),
      description,
      schema: rest,
      ...(example === undefined ? {} : { example }),
    };
  });
}

/** Names of all schemas that a value references, directly or indirectly. */
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
