import { applyDecorators } from "@nestjs/common";
import {
  Field,
  ID,
  Int,
  type FieldMiddleware,
  type FieldOptions,
  type ReturnTypeFuncValue,
} from "@nestjs/graphql";
import {
  OpenApiProperty,
  type Keywords,
  type PropertyType,
} from "../../openapi/shape-properties.js";
import type { RuleSettings } from "../../validation/check-input.js";
import { enumerationOf } from "./enums.js";
import {
  DateTime,
  EmailAddress,
  LOCAL_DATE_TIME,
  LocalDateTime,
  PhoneNumber,
} from "./scalars.js";

/** How one property appears in the GraphQL schema and in the OpenAPI document. */
export interface ShapeFieldOptions {
  readonly description: string;
  /** Whether a result may be null. In REST, the property is still present. */
  readonly nullable?: boolean;
  /** Whether an input may omit the property. */
  readonly optional?: boolean;
  /** A list of non-null items. */
  readonly list?: boolean;
  readonly example?: unknown;
  readonly default?: unknown;
  /** Further OpenAPI keywords, such as `minItems`. */
  readonly openapi?: Keywords | ((settings: RuleSettings) => Keywords);
  /** OpenAPI keywords of each item of a list. */
  readonly items?: Keywords;
  /** Whether the property is left out of the OpenAPI document. */
  readonly graphqlOnly?: boolean;
  /** GraphQL field middleware. */
  readonly middleware?: FieldMiddleware[];
}

/** OpenAPI form of each scalar. */
const SCALARS = new Map<unknown, Keywords>([
  [String, { type: "string" }],
  [Boolean, { type: "boolean" }],
  [ID, { type: "string" }],
  [Int, { type: "integer", format: "int32" }],
  [EmailAddress, { type: "string" }],
  [PhoneNumber, { type: "string" }],
  // Not `format: date-time`, which requires a time zone (RFC 3339).
  [LocalDateTime, { type: "string", pattern: LOCAL_DATE_TIME.source }],
  [DateTime, { type: "string", format: "date-time" }],
]);

/**
 * Declares one property in the GraphQL schema and in the OpenAPI document, so that both
 * stay equal.
 */
export function ShapeField(
  type: () => ReturnTypeFuncValue,
  options: ShapeFieldOptions,
): PropertyDecorator {
  const { description, list = false, openapi } = options;
  const { nullable = false, optional = false } = options;
  const graphql = Field(
    () => (list ? ([type()] as ReturnTypeFuncValue) : type()),
    {
      description,
      nullable: nullable || optional,
      ...(options.default === undefined
        ? {}
        : { defaultValue: options.default }),
      ...(options.middleware === undefined
        ? {}
        : { middleware: options.middleware }),
    } as FieldOptions,
  );
  if (options.graphqlOnly === true) return applyDecorators(graphql);
  return applyDecorators(
    graphql,
    OpenApiProperty({
      description,
      type: () => openApiType(type()),
      isList: list,
      isNullable: nullable,
      isOptional: optional,
      example: options.example,
      default: options.default,
      ...(openapi === undefined
        ? {}
        : {
            keywords: typeof openapi === "function" ? openapi : () => openapi,
          }),
      ...(options.items === undefined ? {} : { itemKeywords: options.items }),
    }),
  );
}

function openApiType(type: ReturnTypeFuncValue): PropertyType {
  return SCALARS.get(type) ?? enumerationOf(type) ?? (type as PropertyType);
}
