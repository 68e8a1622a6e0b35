import { OmitType } from "@nestjs/graphql";
import type { Type } from "@nestjs/common";
import type { ApiProperty, ApiPropertyOptions } from "@nestjs/swagger";

type Properties = Map<string, ApiPropertyOptions>;

interface Omitted {
  readonly shape: Type;
  readonly names: readonly PropertyKey[];
}

/** Own properties of shapes by their prototypes, in the order of the source. */
const declared = new Map<object, Properties>();

/** Shapes made of others by leaving properties out. */
const omitted = new Map<object, Omitted>();

/**
 * Declares a property in the OpenAPI document.
 *
 * It is only noted until the document is asked for: the library that draws it
 * takes an eighth of a start, and most processes never draw it.
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

/** The same shape without some of its properties, in both contracts. */
export function without<T, K extends keyof T>(
  shape: Type<T>,
  names: readonly K[],
): Type<Omit<T, K>> {
  const rest = OmitType(shape, names);
  omitted.set(rest.prototype as object, { shape, names });
  return rest;
}

/** Tells the library what was noted; once, however often it is called. */
export function declareProperties(declare: typeof ApiProperty): void {
  for (const [prototype, { shape, names }] of omitted) {
    const properties = allOf(shape.prototype as object);
    for (const name of names) properties.delete(String(name));
    declared.set(prototype, properties);
  }
  omitted.clear();
  // Of an ancestor first: a shape takes over what is known of it by then.
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

/** Properties of a shape, those of its ancestors first. */
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
