import { applyDecorators } from "@nestjs/common";
import {
  Field,
  ID,
  Int,
  type FieldMiddleware,
  type FieldOptions,
  type ReturnTypeFuncValue,
} from "@nestjs/graphql";
import { OpenApiProperty } from "../../openapi/property.js";
import {
  DateTime,
  EmailAddress,
  LocalDateTime,
  PhoneNumber,
} from "./scalars.js";

/** How one property appears in the GraphQL schema and in the OpenAPI document. */
export interface ShapeFieldOptions {
  readonly description: string;
  readonly nullable?: boolean;
  /** A list of non-null items. */
  readonly list?: boolean;
  readonly example?: unknown;
  readonly default?: unknown;
  /** Name of an enum in OpenAPI; the enum object is the type. */
  readonly enumName?: string;
  /** Further OpenAPI keywords, such as `minItems`. */
  readonly openapi?: Readonly<Record<string, unknown>>;
  /** Whether the property is left out of the OpenAPI document. */
  readonly graphqlOnly?: boolean;
  /** GraphQL field middleware. */
  readonly middleware?: FieldMiddleware[];
}

/** OpenAPI form of each scalar. */
const SCALARS = new Map<unknown, Readonly<Record<string, unknown>>>([
  [String, { type: "string" }],
  [Boolean, { type: "boolean" }],
  [ID, { type: "string" }],
  [Int, { type: "integer" }],
  [EmailAddress, { type: "string", format: "email" }],
  [PhoneNumber, { type: "string" }],
  [LocalDateTime, { type: "string" }],
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
  const { description, nullable = false, list = false } = options;
  const graphql = Field(
    () => (list ? ([type()] as ReturnTypeFuncValue) : type()),
    {
      description,
      nullable,
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
      required: !nullable && options.default === undefined,
      ...(options.example === undefined ? {} : { example: options.example }),
      ...(options.default === undefined ? {} : { default: options.default }),
      ...openapiType(type, options),
      ...options.openapi,
    }),
  );
}

function openapiType(
  type: () => ReturnTypeFuncValue,
  { list = false, enumName }: ShapeFieldOptions,
): object {
  if (enumName !== undefined) {
    return { enum: type() as object, enumName, isArray: list };
  }
  const scalar = SCALARS.get(type());
  // Nest recognises lazy types by `fn.name === "type"`.
  if (scalar === undefined) return { type: () => type(), isArray: list };
  return list ? { type: "array", items: scalar } : scalar;
}
