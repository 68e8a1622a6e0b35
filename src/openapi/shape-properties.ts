import "reflect-metadata";
import { OmitType } from "@nestjs/graphql";
import type { Type } from "@nestjs/common";
import type { RuleSettings, Shape } from "../validation/check-input.js";

/** Keywords of JSON Schema. */
export type Keywords = Readonly<Record<string, unknown>>;

/** A named list of values; its schema is a component. */
export interface Enumeration {
  readonly name: string;
  readonly description: string;
  readonly values: readonly string[];
  /** Values that exist in results only. */
  readonly resultsOnly: readonly string[];
}

/** A shape, an enumeration, or the keywords of any other type. */
export type PropertyType = Shape<object> | Enumeration | Keywords;

/** A property of a shape, for the OpenAPI document. */
export interface ShapeProperty {
  readonly description: string;
  /** Type of the value, or of the items of a list. A function, because imports may be circular. */
  readonly type: () => PropertyType;
  readonly isList: boolean;
  /** Always present in a result, but possibly null. */
  readonly isNullable: boolean;
  /** May be omitted from an input. */
  readonly isOptional: boolean;
  readonly example?: unknown;
  readonly default?: unknown;
  /** Further keywords of the value. They may depend on the settings of the gateway. */
  readonly keywords?: (settings: RuleSettings) => Keywords;
  /** Keywords of each item of a list. */
  readonly itemKeywords?: Keywords;
}

type Properties = ReadonlyMap<string, ShapeProperty>;

/** Own properties of each shape by its prototype, in source order. */
const PROPERTIES = Symbol("openapi:properties");
const ANY_OF = Symbol("openapi:any-of");

/** Declares a property of a shape for the OpenAPI document. */
export function OpenApiProperty(property: ShapeProperty): PropertyDecorator {
  return (target, name) => {
    const own = Reflect.getOwnMetadata(PROPERTIES, target) as
      Properties | undefined;
    Reflect.defineMetadata(
      PROPERTIES,
      new Map([...(own ?? []), [String(name), property]]),
      target,
    );
  };
}

/** Declares that an input needs at least one of the named properties. */
export function OpenApiAnyOf(names: readonly string[]): PropertyDecorator {
  return (target) => Reflect.defineMetadata(ANY_OF, names, target);
}

/** Properties of a shape by name, with those of its base classes first. */
export function propertiesOf({ prototype }: Shape<object>): Properties {
  const all = new Map<string, ShapeProperty>();
  const visit = (at: object | null): void => {
    if (at === null) return;
    visit(Object.getPrototypeOf(at) as object | null);
    const own = Reflect.getOwnMetadata(PROPERTIES, at) as
      Properties | undefined;
    own?.forEach((property, name) => all.set(name, property));
  };
  visit(prototype as object);
  return all;
}

/** Properties of which an input needs at least one; undefined without such a rule. */
export function anyOfNames({
  prototype,
}: Shape<object>): readonly string[] | undefined {
  return Reflect.getMetadata(ANY_OF, prototype as object) as
    readonly string[] | undefined;
}

/** Returns a shape without some of its properties, for GraphQL and OpenAPI. */
export function without<T extends object, K extends keyof T>(
  shape: Type<T>,
  names: readonly K[],
): Type<Omit<T, K>> {
  const rest = OmitType(shape, names);
  const kept = [...propertiesOf(shape)].filter(
    ([name]) => !names.includes(name as K),
  );
  const prototype = rest.prototype as object;
  Reflect.defineMetadata(PROPERTIES, new Map(kept), prototype);
  Reflect.defineMetadata(ANY_OF, anyOfNames(shape), prototype);
  // Inherited by the class that extends the result.
  const { refusesNull = false } = shape as { refusesNull?: boolean };
  Object.assign(rest, { refusesNull });
  return rest;
}
