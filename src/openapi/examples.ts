import type { ReferenceObject, SchemaObject } from "@nestjs/swagger";

type Schema = SchemaObject | ReferenceObject;

/** Example values that the shapes do not declare, by name of the shape. */
export type ShapeExamples = Readonly<Record<string, object>>;

/**
 * Builds an example value of a schema from the examples of its properties. Without
 * an example, it uses the first enum value, the default, or an empty value.
 */
export function exampleOf(
  schema: Schema,
  schemas: Readonly<Record<string, Schema>>,
  given: ShapeExamples,
): unknown {
  if ("$ref" in schema) {
    const name = schema.$ref.replace("#/components/schemas/", "");
    const found = schemas[name];
    if (found === undefined) return null;
    const value = exampleOf(found, schemas, given);
    return isObject(value) ? { ...value, ...given[name] } : value;
  }
  const { enum: values, allOf, anyOf, oneOf } = schema;
  if (schema.example !== undefined) return schema.example;
  if (values !== undefined) return values[0];
  const [first] = allOf ?? anyOf ?? oneOf ?? [];
  if (first !== undefined) return exampleOf(first, schemas, given);
  if (schema.default !== undefined) return schema.default;
  const type = [schema.type].flat().find((name) => name !== "null");
  switch (type) {
    case "array":
      return schema.items === undefined
        ? []
        : [exampleOf(schema.items, schemas, given)];
    case "object":
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, property]) => [
          name,
          exampleOf(property, schemas, given),
        ]),
      );
    case "boolean":
      return false;
    case "integer":
    case "number":
      return schema.minimum ?? 1;
    default:
      return isNullable(schema) ? null : "";
  }
}

function isNullable({ type }: SchemaObject): boolean {
  return Array.isArray(type) && type.includes("null");
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
