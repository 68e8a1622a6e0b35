import type {
  ParameterObject,
  ReferenceObject,
  SchemaObject,
} from "@nestjs/swagger";
import type { RuleSettings, Shape } from "../validation/check-input.js";
import {
  anyOfNames,
  propertiesOf,
  type Enumeration,
  type PropertyType,
  type ShapeProperty,
} from "./shape-properties.js";

type Schema = SchemaObject | ReferenceObject;

/** Whether a shape is sent to the gateway or comes from it. */
export type ShapeUse = "input" | "result";

/** Refers to a component by its name. */
export const referenceTo = (name: string): { readonly $ref: string } => ({
  $ref: `#/components/schemas/${name}`,
});

const isShape = (type: PropertyType): type is Shape<object> =>
  typeof type === "function";

const isEnumeration = (type: PropertyType): type is Enumeration =>
  "resultsOnly" in type;

/** Whether an input takes null for an omitted property, as generated clients send it. */
const acceptsNull = (shape: Shape<object>): boolean =>
  !("refusesNull" in shape && shape.refusesNull === true);

/** Builds the schemas of shapes, and collects those that are components. */
export class Schemas {
  /** Schemas that were referenced, by name. */
  readonly components: Record<string, SchemaObject> = {};

  constructor(private readonly settings: RuleSettings) {}

  /** Refers to the schema of a shape. */
  reference(shape: Shape<object>, use: ShapeUse): ReferenceObject {
    const { name } = shape;
    if (!(name in this.components)) {
      // Reserves the place, also for a shape that contains itself.
      this.components[name] = {};
      this.components[name] = this.object(shape, use);
    }
    return referenceTo(name);
  }

  /** One parameter for each property of a shape. */
  parameters(
    shape: Shape<object>,
    place: "path" | "query",
    examples: Readonly<Record<string, unknown>>,
  ): ParameterObject[] {
    return [...propertiesOf(shape)].map(([name, property]) => {
      // Use only the operation's own examples: Swagger UI sends every example value,
      // and a filter would reduce the result.
      const schema = this.property(
        { ...property, example: undefined },
        "input",
      );
      const { description, ...rest } = schema;
      return {
        name,
        in: place,
        required: place === "path" || isRequired(property, "input"),
        description,
        schema: withoutLoneAllOf(rest),
        ...(examples[name] === undefined ? {} : { example: examples[name] }),
      };
    });
  }

  private object(shape: Shape<object>, use: ShapeUse): SchemaObject {
    const properties = [...propertiesOf(shape)];
    const required = properties
      .filter(([, property]) => isRequired(property, use))
      .map(([name]) => name);
    const takesNull = use === "input" && acceptsNull(shape);
    return {
      type: "object",
      properties: Object.fromEntries(
        properties.map(([name, property]) => [
          name,
          this.property(
            takesNull && property.isOptional
              ? { ...property, isNullable: true }
              : property,
            use,
          ),
        ]),
      ),
      ...(required.length === 0 ? {} : { required }),
      ...(use === "input" ? { additionalProperties: false } : {}),
      ...anyOfKeywords(shape, properties.length, required.length, takesNull),
    };
  }

  private property(property: ShapeProperty, use: ShapeUse): SchemaObject {
    const { description, isList, isNullable, example } = property;
    const described = {
      description,
      ...(example === undefined ? {} : { example }),
      ...(property.default === undefined ? {} : { default: property.default }),
    };
    const value = this.typeOf(property.type(), use);
    const keywords = property.keywords?.(this.settings) ?? {};
    if (isList) {
      return orNull(isNullable, {
        type: "array",
        ...described,
        items: { ...value, ...property.itemKeywords },
        ...keywords,
      });
    }
    if (!("$ref" in value)) {
      return orNull(isNullable, { ...value, ...described, ...keywords });
    }
    return isNullable
      ? { ...described, anyOf: [value, { type: "null" }] }
      : { ...described, allOf: [value] };
  }

  private typeOf(type: PropertyType, use: ShapeUse): Schema {
    if (isShape(type)) return this.reference(type, use);
    return isEnumeration(type) ? this.enumeration(type, use) : type;
  }

  /** An input has its own enumeration if some values exist in results only. */
  private enumeration(
    { name, description, values, resultsOnly }: Enumeration,
    use: ShapeUse,
  ): ReferenceObject {
    const isOwn = use === "input" && resultsOnly.length > 0;
    const component = isOwn ? `${name}Input` : name;
    this.components[component] ??= {
      type: "string",
      description,
      enum: isOwn
        ? values.filter((value) => !resultsOnly.includes(value))
        : [...values],
    };
    return referenceTo(component);
  }
}

function isRequired(
  { isOptional, default: value }: ShapeProperty,
  use: ShapeUse,
): boolean {
  return use === "result" ? !isOptional : !isOptional && value === undefined;
}

function orNull(isNullable: boolean, schema: SchemaObject): SchemaObject {
  return isNullable
    ? { ...schema, type: [schema.type ?? [], "null"].flat() }
    : schema;
}

/** Keywords of an input that needs at least one of several properties. */
function anyOfKeywords(
  shape: Shape<object>,
  count: number,
  requiredCount: number,
  takesNull: boolean,
): SchemaObject {
  const names = anyOfNames(shape);
  if (names === undefined) return {};
  const isNull: SchemaObject = { type: "null" };
  return {
    minProperties: requiredCount + 1,
    // With further optional properties, the number alone is not sufficient.
    ...(count > requiredCount + names.length
      ? { anyOf: names.map((name) => ({ required: [name] })) }
      : {}),
    // Null stands for an omitted property.
    ...(takesNull
      ? {
          not: {
            properties: Object.fromEntries(names.map((name) => [name, isNull])),
          },
        }
      : {}),
  };
}

/**
 * Builds an example of a shape from the examples of its properties. A nullable property
 * without an example is null.
 *
 * @throws {Error} if the example of a property is missing
 */
export function exampleOf(shape: Shape<object>): Record<string, unknown> {
  return Object.fromEntries(
    [...propertiesOf(shape)].map(([name, property]) => {
      const { example, isNullable, isList } = property;
      if (example !== undefined) return [name, example];
      if (isNullable) return [name, null];
      const type = property.type();
      if (!isShape(type)) throw new Error(`${shape.name}.${name}: no example`);
      const value = exampleOf(type);
      return [name, isList ? [value] : value];
    }),
  );
}

/** A reference needs `allOf` only beside other keywords; alone it stands for itself. */
function withoutLoneAllOf(
  schema: SchemaObject,
): SchemaObject | ReferenceObject {
  const { allOf, ...others } = schema;
  const [only, second] = allOf ?? [];
  return only === undefined ||
    second !== undefined ||
    Object.keys(others).length > 0
    ? schema
    : only;
}
