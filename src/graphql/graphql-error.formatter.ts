import type { ApolloServerPlugin } from "@apollo/server";
import {
  GraphQLError,
  Kind,
  OperationTypeNode,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";
import type { RequestContext } from "../context/request-context.js";
import { ErrorCode, type Sentence } from "../errors/error-codes.js";
import { ERRORS, isRetryable } from "../errors/error-table.js";
import {
  GatewayError,
  type GatewayErrorDetails,
} from "../errors/gateway-error.js";
import { sentenceOf, sentenceOfCost } from "../errors/rule-sentences.js";
import type { Logger } from "../logging/logger.js";
import { operationNameOf } from "./operation-name.js";

/** Apollo Server's codes for invalid requests, documents and variables. */
const CLIENT_ERRORS = new Set<unknown>([
  "BAD_REQUEST",
  "BAD_USER_INPUT",
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "OPERATION_RESOLUTION_FAILURE",
]);

type ErrorContext = Pick<RequestContext, "requestId" | "language">;

/** Renders errors from the error table, in the caller's language. */
export function errorRendering(
  logger: Logger,
): ApolloServerPlugin<RequestContext> {
  const willSendResponse = ({
    schema,
    operation,
    errors,
    response,
    contextValue,
  }: {
    readonly schema: GraphQLSchema;
    readonly operation?: OperationDefinitionNode;
    readonly errors?: readonly GraphQLError[];
    readonly response: { readonly body: object };
    readonly contextValue: RequestContext;
  }): Promise<void> => {
    const rendered = recordResult(
      operationNameOf(operation, schema),
      errors,
      contextValue,
      logger,
    );
    if (rendered !== undefined && "singleResult" in response.body) {
      (response.body.singleResult as { errors?: unknown }).errors = rendered;
    }
    return Promise.resolve();
  };
  const didResolveOperation = ({
    operation,
  }: {
    readonly operation?: OperationDefinitionNode;
  }): Promise<void> => {
    if (operation?.operation === OperationTypeNode.SUBSCRIPTION) {
      throw new GraphQLError(
        "Subscriptions need a WebSocket at /graphql or server-sent events at /graphql/stream.",
        { extensions: { code: "BAD_REQUEST", http: { status: 400 } } },
      );
    }
    return Promise.resolve();
  };
  const listener = { didResolveOperation, willSendResponse };
  return {
    requestDidStart: () => Promise.resolve(listener),
  };
}

/**
 * Records the operation name and the first error code in the context, for the
 * log and the metrics.
 *
 * @returns the errors as the client receives them
 */
export function recordResult(
  operationName: string,
  errors: readonly GraphQLError[] | undefined,
  context: RequestContext,
  logger: Logger,
): GraphQLFormattedError[] | undefined {
  const { usage } = context;
  usage.operation = operationName;
  if (errors === undefined) return undefined;
  const rendered = errors.map((error) => renderError(error, context, logger));
  usage.failureCode ??= codeOf(rendered[0]);
  return rendered;
}

/** Code of a rendered error, which is always a code of the error table. */
export function codeOf(
  error: GraphQLFormattedError | undefined,
): ErrorCode | undefined {
  return error?.extensions?.["code"] as ErrorCode | undefined;
}

/** Renders one entry of `errors[]`. Never throws. */
export function renderError(
  error: GraphQLError,
  context: ErrorContext,
  logger: Logger,
): GraphQLFormattedError {
  const { originalError, locations, path } = error;
  const position = {
    ...(locations === undefined ? {} : { locations }),
    ...(path === undefined ? {} : { path }),
  };
  if (originalError instanceof GatewayError) {
    return { ...toGraphqlError(originalError, context), ...position };
  }
  if (CLIENT_ERRORS.has(error.extensions["code"]) || isArgumentError(error)) {
    return {
      ...toGraphqlError(new GatewayError(ErrorCode.BAD_REQUEST), context),
      // The message of graphql-js names the invalid part of the document.
      message: error.message,
      ...position,
    };
  }
  logger.fault(originalError ?? error, context);
  return {
    ...toGraphqlError(new GatewayError(ErrorCode.INTERNAL), context),
    ...position,
  };
}

/**
 * Messages that clients of automatic persisted queries compare with `===`. They are
 * not translated.
 */
const PROTOCOL_MESSAGES: Readonly<Partial<Record<ErrorCode, string>>> = {
  PERSISTED_QUERY_NOT_FOUND: "PersistedQueryNotFound",
  PERSISTED_QUERY_NOT_SUPPORTED: "PersistedQueryNotSupported",
};

/** The message of BAD_REQUEST is general, so a known reason replaces it. */
function reasonOf(
  code: ErrorCode,
  { advice }: GatewayErrorDetails,
): Sentence | undefined {
  return code === ErrorCode.BAD_REQUEST ? advice : undefined;
}

/** Renders a gateway error without `path` and `locations`. */
export function toGraphqlError(
  { code, details }: GatewayError,
  { requestId, language }: ErrorContext,
): GraphQLFormattedError {
  const { retryAfterSeconds, upstream, unsettled, violations } = details;
  const { estimate, limit } = details;
  const { message, advice, repeat } = ERRORS[code];
  return {
    message:
      PROTOCOL_MESSAGES[code] ??
      (sentenceOfCost(details) ?? reasonOf(code, details) ?? message)[language],
    extensions: {
      code,
      requestId,
      retryable: isRetryable(code),
      // Without the advice, a client could repeat a change that was applied.
      ...(details.advice === undefined && repeat === "no"
        ? {}
        : { advice: (details.advice ?? advice)[language] }),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      ...(estimate === undefined ? {} : { estimate, limit }),
      ...(upstream === undefined ? {} : { upstream }),
      ...(unsettled === undefined ? {} : { unsettled }),
      ...(violations === undefined
        ? {}
        : {
            violations: violations.map((violation) => ({
              ...violation,
              message: sentenceOf(violation, language),
            })),
          }),
    },
  };
}

/**
 * Whether graphql-js rejected an argument during execution. It detects a null
 * variable for a non-null argument only then, and gives that error no code. The
 * first node of such an error is a value, whereas a resolver error has a field.
 */
function isArgumentError(error: GraphQLError): boolean {
  // Set when a resolver threw the error.
  const cause = error.originalError;
  const isFromGraphql = cause === undefined || cause instanceof GraphQLError;
  const node = error.nodes?.[0];
  return (
    isFromGraphql &&
    (error.message.startsWith('Argument "') ||
      // Last error when the limit of errors is reached. It has no node.
      error.message.startsWith("Too many errors processing variables") ||
      (node !== undefined && node.kind !== Kind.FIELD))
  );
}
