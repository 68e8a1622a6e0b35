import { applyDecorators } from "@nestjs/common";
import { kindOf, scopesOf, type Right } from "../../access/rights/features.js";
import { OperationRoute } from "../../access/operation-route.decorator.js";
import { ErrorCode } from "../../errors/error-codes.js";
import {
  OpenApiOperation,
  type AnswerLink,
  type Documentation,
} from "../../openapi/rest-operation.js";
import { MUTATION_ERRORS } from "../graphql/contact-mutation.decorator.js";

/** What the OpenAPI document says about a route. */
export interface RestDocumentation extends Documentation {
  /** Error codes of a read. A write takes them from its mutation. */
  readonly errors?: readonly ErrorCode[];
  /** Mutation of a write, if its name differs from the controller method's. */
  readonly mutation?: string;
  /** Whether several vendor calls may be needed, so that the limit of calls applies. */
  readonly needsSeveralCalls?: boolean;
  /** Maximum body in bytes, where the general limit is too small. */
  readonly maxBodyBytes?: number;
}

/** Declares a REST route: its rights, and its part of the OpenAPI document. */
export function RestOperation(
  right: Right,
  {
    errors,
    mutation,
    needsSeveralCalls = false,
    maxBodyBytes,
    ...documentation
  }: RestDocumentation,
): MethodDecorator {
  const fieldNames = {
    ...(documentation.path === undefined ? {} : { contactId: "id" }),
    ...documentation.fieldNames,
  };
  return applyDecorators(
    OperationRoute(right, {
      fieldNames,
      bodyTypes: Object.keys(documentation.bodyTexts ?? {}),
      ...(maxBodyBytes === undefined ? {} : { maxBodyBytes }),
    }),
    OpenApiOperation({
      ...documentation,
      fieldNames,
      scopes: scopesOf(right),
      isWrite: kindOf(right) === "write",
      errors: (operationId) => [
        ...(errors ?? MUTATION_ERRORS.get(mutation ?? operationId) ?? []),
        ...(needsSeveralCalls ? [ErrorCode.REQUEST_TOO_COSTLY] : []),
      ],
    }),
  );
}

/** A link to an operation on a contact, whose id is in the response. */
export function linkTo(
  operationId: string,
  description: string,
  id = "$response.body#/id",
): AnswerLink {
  return { operationId, description, parameters: { id } };
}
