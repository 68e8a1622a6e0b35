import type { INestApplication } from "@nestjs/common";
import { GraphQLSchemaHost } from "@nestjs/graphql";
import type { GraphQLFormattedError } from "graphql";
import { ErrorCode, type Language } from "../errors/error-codes.js";
import { toGraphqlError } from "../graphql/graphql-error.formatter.js";
import { withFieldNames } from "../http/field-names.js";
import { toProblem, type Problem } from "../http/problem-details.js";
import { MUTATION_ERRORS } from "../message-contacts/graphql/contact-mutation.decorator.js";
import { toUserErrors } from "../message-contacts/graphql/user-errors.mapper.js";
import { REST_CONTRACT } from "./rest-contract.js";
import type { UserError } from "../message-contacts/shapes/user-errors.js";
import { codesOf } from "../openapi/problems.js";
import { operationsOf } from "../openapi/rest-operation.js";
import { REQUEST_ID, sampleError } from "../openapi/sample-errors.js";
import { OPERATIONS } from "../upstream/operations.js";
import { vendorCodesOf } from "../upstream/vendor/vendor-codes.js";

/** An operation that can return an error code. */
export interface Occurrence {
  /** Root fields, such as `Mutation.addMessageContact`. */
  readonly graphql: readonly string[];
  /** Method and path, such as `POST /v1/message-contacts`. */
  readonly rest: string;
}

/** Everything about a code that follows from the contracts. */
export interface ErrorReference {
  readonly problem: Problem;
  /** Payload error of the first mutation that lists the code. */
  readonly payload?: {
    readonly mutation: string;
    readonly errors: readonly UserError[];
  };
  /** Entry of the top-level `errors`; absent for codes that are only in payloads. */
  readonly topLevel?: GraphQLFormattedError;
  readonly occurrences: readonly Occurrence[];
  /** `all` and `changes` if exactly these operations can return the code. */
  readonly extent: "all" | "changes" | "some";
  /** Vendor codes, with `*` for a family; empty if only the gateway raises the code. */
  readonly vendorCodes: readonly string[];
}

/** Names of arguments in the REST API, where they differ. */
const FIELD_NAMES = { contactId: "id", targetIds: "targetId" };

type References = (code: ErrorCode, language: Language) => ErrorReference;

/** Derives the references from the error table, the contracts and the classification. */
export function errorReferences(app: INestApplication): References {
  const graphql = fieldsOf(app);
  const rows = operationsOf(REST_CONTRACT.controllers).map((operation) => ({
    occurrence: {
      graphql: graphql.get(operation.operationId) ?? [],
      rest: `${operation.method.toUpperCase()} ${operation.url}`,
    },
    codes: codesOf(operation),
    isWrite: operation.isWrite,
  }));
  return (code, language) => {
    const found = rows.filter(({ codes }) => codes.includes(code));
    const error = sampleError(code);
    const context = { requestId: REQUEST_ID, language };
    const errors = toUserErrors(error, language);
    const [mutation] =
      [...MUTATION_ERRORS].find(
        ([name, codes]) => name in OPERATIONS && codes.includes(code),
      ) ?? [];
    const isPayload = errors !== null && mutation !== undefined;
    // A GraphQL read of a contact that does not exist is null, not an error.
    const isRead =
      code !== ErrorCode.CONTACT_NOT_FOUND &&
      found.some(({ isWrite }) => !isWrite);
    const changes = rows.filter(({ isWrite }) => isWrite).length;
    return {
      problem: toProblem(withFieldNames(error, FIELD_NAMES), context),
      ...(isPayload ? { payload: { mutation, errors } } : {}),
      ...(isPayload && !isRead
        ? {}
        : { topLevel: toGraphqlError(error, context) }),
      occurrences: found.map(({ occurrence }) => occurrence),
      extent:
        found.length === rows.length
          ? "all"
          : found.length === changes && found.every(({ isWrite }) => isWrite)
            ? "changes"
            : "some",
      vendorCodes: vendorCodesOf(code),
    };
  };
}

/** Root fields of each operation, as the resolvers declare them. */
function fieldsOf(app: INestApplication): Map<string, string[]> {
  const { schema } = app.get(GraphQLSchemaHost);
  const found = new Map<string, string[]>();
  for (const type of [schema.getQueryType(), schema.getMutationType()]) {
    for (const field of Object.values(type?.getFields() ?? {})) {
      const operation = field.extensions["operation"];
      if (typeof operation !== "string") continue;
      // A bulk mutation belongs to the REST route of its name with the prefix `batch`.
      const isBulk =
        MUTATION_ERRORS.has(field.name) && field.name !== operation;
      const id = isBulk
        ? `batch${field.name.charAt(0).toUpperCase()}${field.name.slice(1)}`
        : operation;
      const names = found.get(id) ?? [];
      found.set(id, [...names, `${type?.name ?? ""}.${field.name}`]);
    }
  }
  return found;
}
