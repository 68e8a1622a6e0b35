import type { ApolloServerPlugin } from "@apollo/server";
import {
  GraphQLError,
  Kind,
  OperationTypeNode,
  type GraphQLFormattedError,
  type OperationDefinitionNode,
} from "graphql";
import type { RequestContext } from "../context/request-context.js";
import { ErrorCode } from "../errors/error-codes.js";
import { ERRORS, isRetryable } from "../errors/error-table.js";
import { GatewayError } from "../errors/gateway-error.js";
import { sentenceOf, sentenceOfCost } from "../errors/rule-sentences.js";
import type { Logger } from "../logging/logger.js";
import { operationNameOf } from "./operation-name.js";

/** Codes of Apollo Server for documents and variables that do not fit. */
const CALLER_FAULTS = new Set<unknown>([
  "BAD_REQUEST",
  "BAD_USER_INPUT",
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "OPERATION_RESOLUTION_FAILURE",
  "PERSISTED_QUERY_NOT_FOUND",
  "PERSISTED_QUERY_NOT_SUPPORTED",
]);

type ErrorContext = Pick<RequestContext, "requestId" | "language">;

/** Renders errors from the one table, in the caller's language. */
export function errorRendering(
  logger: Logger,
): ApolloServerPlugin<RequestContext> {
  const willSendResponse = ({
    operation,
    errors,
    response,
    contextValue,
  }: {
    readonly operation?: OperationDefinitionNode;
    readonly errors?: readonly GraphQLError[];
    readonly response: { readonly body: object };
    readonly contextValue: RequestContext;
  }): Promise<void> => {
    const rendered = concluded(
      operationNameOf(operation),
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
        "Subscriptions run over WebSocket at /graphql or server-sent events at /graphql/stream.",
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
 * Notes in the context what was asked for and how it ended.
 *
 * @returns the errors as the caller sees them
 */
export function concluded(
  word: string,
  errors: readonly GraphQLError[] | undefined,
  context: RequestContext,
  logger: Logger,
): GraphQLFormattedError[] | undefined {
  const { usage } = context;
  usage.operation = word;
  if (errors === undefined) return undefined;
  const rendered = errors.map((error) => renderError(error, context, logger));
  usage.failureCode ??= codeOf(rendered[0]);
  return rendered;
}

/** Rendered errors have codes of the table alone. */
export function codeOf(
  error: GraphQLFormattedError | undefined,
): ErrorCode | undefined {
  return error?.extensions?.["code"] as ErrorCode | undefined;
}

/** One entry of `errors[]`. Never throws. */
export function renderError(
  error: GraphQLError,
  context: ErrorContext,
  logger: Logger,
): GraphQLFormattedError {
  const { originalError, locations, path } = error;
  const place = {
    ...(locations === undefined ? {} : { locations }),
    ...(path === undefined ? {} : { path }),
  };
  if (originalError instanceof GatewayError) {
    return { ...toGraphqlError(originalError, context), ...place };
  }
  if (CALLER_FAULTS.has(error.extensions["code"]) || isArgumentFault(error)) {
    return {
      ...toGraphqlError(new GatewayError(ErrorCode.BAD_REQUEST), context),
      // Tells which part of the document does not fit; only its writer sees it.
      message: error.message,
      ...place,
    };
  }
  logger.fault(originalError ?? error, context);
  return {
    ...toGraphqlError(new GatewayError(ErrorCode.INTERNAL), context),
    ...place,
  };
}

/** A gateway error as GraphQL shows it, without a place in the document. */
export function toGraphqlError(
  { code, details }: GatewayError,
  { requestId, language }: ErrorContext,
): GraphQLFormattedError {
  const { retryAfterSeconds, upstream, unsettled, violations } = details;
  const { estimate, limit } = details;
  const { message, advice, repeat } = ERRORS[code];
  return {
    message: sentenceOfCost(details)?.[language] ?? message[language],
    extensions: {
      code,
      requestId,
      retryable: isRetryable(code),
      // What to do decides whether a change happens twice.
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
 * Whether an argument's value was refused while a field ran. graphql-js meets a
 * null variable in a non-null place only then, and gives that error no code; it
 * is told by the node it blames, which is a value and no field.
 */
function isArgumentFault(error: GraphQLError): boolean {
  // Where a resolver fails, the error it threw is kept beside the node.
  const cause = error.originalError;
  const isOwn = cause === undefined || cause instanceof GraphQLError;
  const node = error.nodes?.[0];
  return (
    isOwn &&
    (error.message.startsWith('Argument "') ||
      // The last one where the limit of errors is reached; it has no node.
      error.message.startsWith("Too many errors processing variables") ||
      (node !== undefined && node.kind !== Kind.FIELD))
  );
}
