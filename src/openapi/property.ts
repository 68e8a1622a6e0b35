import { OmitType } from "@nestjs/graphql";
import type { Type } from "@nestjs/common";
import type { ApiProperty, ApiPropertyOptions } from "@nestjs/swagger";

type Properties = Map<string, ApiPropertyOptions>;

interface Omitted {
  readonly shape: Type;
  readonly names: readonly PropertyKey[];
}

/** Own properties of each shape by its prototype, in source order. */
const declared = new Map<object, Properties>();

/** Shapes derived from others by omitting properties. */
const omitted = new Map<object, Omitted>();

/**
 * Declares a property in the OpenAPI document.
 *
 * Stores the options until the document is built. Loading Swagger takes about one
 * eighth of the start time, and most processes never build the document.
 */
export function OpenApiProperty(
  options: ApiPropertyOptions,
): PropertyDecorator {
  return (target, name) => {
    let properties = declared.get(target);
    if (properties === undefined) {
      properties = new Map();
      declared.set(target, properties);
    }
    properties.set(String(name), options);
  };
}

/** Returns a shape without some of its properties, for GraphQL and OpenAPI. */
export function without<T, K extends keyof T>(
  shape: Type<T>,
  names: readonly K[],
): Type<Omit<T, K>> {
  const rest = OmitType(shape, names);
  omitted.set(rest.prototype as object, { shape, names });
  return rest;
}

/** Passes the stored properties to Swagger. Later calls pass only new ones. */
export function declareProperties(declare: typeof ApiProperty): void {
  for (const [prototype, { shape, names }] of omitted) {
    const properties = allOf(shape.prototype as object);
    for (const name of names) properties.delete(String(name));
    declared.set(prototype, properties);
  }
  omitted.clear();
  // Declare base classes first: Swagger copies inherited metadata at declaration.
  const ordered = [...declared].sort(
    ([one], [other]) => depthOf(one) - depthOf(other),
  );
  declared.clear();
  for (const [prototype, properties] of ordered) {
    for (const [name, options] of properties) {
      declare(options)(prototype, name);
    }
  }
}

/** Properties of a shape, with those of its base classes first. */
function allOf(prototype: object): Properties {
  const above = Object.getPrototypeOf(prototype) as object | null;
  const all =
    above === null ? new Map<string, ApiPropertyOptions>() : allOf(above);
  for (const [name, options] of declared.get(prototype) ?? []) {
    all.set(name, options);
  }
  return all;
}

function depthOf(prototype: object): number {
  const above = Object.getPrototypeOf(prototype) as object | null;
  return above === null ? 0 : 1 + depthOf(above);
}
