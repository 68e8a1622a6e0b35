import type { ApolloServerPlugin } from "@apollo/server";
import {
  GraphQLError,
  Kind,
  OperationTypeNode,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";
import {
  recordFailure,
  type RequestContext,
} from "../context/request-context.js";
import { ErrorCode, type Sentence } from "../errors/error-codes.js";
import { ERRORS, isRetryable } from "../errors/error-table.js";
import {
  GatewayError,
  type GatewayErrorDetails,
} from "../errors/gateway-error.js";
import type { RefusalReason } from "../errors/refusal-reasons.js";
import { renderViolation } from "../errors/rule-sentences.js";
import type { Logger } from "../logging/logger.js";
import { operationNameOf } from "./operation-name.js";
import { REQUEST_ADVICE } from "./request-advice.js";
import { allowedValues, variablesError } from "./variable-violations.js";

/** Apollo Server's codes for invalid requests, with the reason for the log. */
const CLIENT_ERRORS: ReadonlyMap<unknown, RefusalReason> = new Map([
  ["BAD_REQUEST", "bad-request"],
  ["BAD_USER_INPUT", "invalid-variables"],
  ["GRAPHQL_PARSE_FAILED", "document-syntax"],
  ["GRAPHQL_VALIDATION_FAILED", "document-invalid"],
  ["OPERATION_RESOLUTION_FAILURE", "unknown-operation"],
]);

/** Reasons of errors that graphql-js and Apollo Server distinguish by message only. */
const BY_MESSAGE: readonly [start: string, reason: RefusalReason][] = [
  ["Document contains more th", "document-tokens"],
  ["This operation has been blocked as a potential", "foreign-request"],
  ["An 'accept' header was provided", "not-acceptable"],
];

type ErrorContext = Pick<RequestContext, "requestId" | "language">;

/** Renders errors from the error table, in the caller's language. */
export function errorRendering(
  logger: Logger,
  hidesSchema: boolean,
): ApolloServerPlugin<RequestContext> {
  const willSendResponse = ({
    schema,
    operation,
    request,
    errors,
    response,
    contextValue,
  }: {
    readonly schema: GraphQLSchema;
    readonly operation?: OperationDefinitionNode;
    readonly request: {
      readonly variables?: Readonly<Record<string, unknown>>;
    };
    readonly errors?: readonly GraphQLError[];
    readonly response: { readonly body: object };
    readonly contextValue: RequestContext;
  }): Promise<void> => {
    const areVariables =
      operation !== undefined && errors?.some(isVariableError) === true;
    const invalid = areVariables
      ? variablesError(schema, operation, request.variables ?? {}, hidesSchema)
      : null;
    const rendered = recordResult(
      operationNameOf(operation, schema),
      invalid === null ? withAllowed(errors, schema, hidesSchema) : [invalid],
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
        {
          extensions: {
            code: "BAD_REQUEST",
            reason: "operation-kind",
            http: { status: 400 },
          },
        },
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
  const [first] = errors;
  if (first !== undefined) recordFailure(usage, gatewayErrorOf(first));
  return errors.map((error) => renderError(error, context, logger));
}

function isVariableError({ extensions: { code } }: GraphQLError): boolean {
  return code === "BAD_USER_INPUT";
}

/** Adds the accepted values to errors about enum values in the document. */
function withAllowed(
  errors: readonly GraphQLError[] | undefined,
  schema: GraphQLSchema,
  hidesSchema: boolean,
): readonly GraphQLError[] | undefined {
  if (hidesSchema) return errors;
  return errors?.map((error) => {
    const { message, nodes, path, originalError, extensions } = error;
    const allowed = allowedValues(schema, message);
    return allowed === "" || !CLIENT_ERRORS.has(extensions["code"])
      ? error
      : new GraphQLError(`${message}${allowed}`, {
          nodes,
          path,
          originalError,
          extensions,
        });
  });
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
  const rendered = gatewayErrorOf(error);
  if (rendered.code === ErrorCode.INTERNAL && rendered !== originalError) {
    logger.fault(originalError ?? error, context);
  }
  return { ...toGraphqlError(rendered, context), ...position };
}

/** The gateway error behind an entry of `errors[]`. */
export function gatewayErrorOf(error: GraphQLError): GatewayError {
  const { originalError, message, extensions } = error;
  if (originalError instanceof GatewayError) return originalError;
  const reason =
    CLIENT_ERRORS.get(extensions["code"]) ??
    (isArgumentError(error) ? "invalid-variables" : null);
  if (reason === null) return new GatewayError(ErrorCode.INTERNAL);
  const known = BY_MESSAGE.find(([start]) => message.includes(start));
  const own = extensions["reason"] as RefusalReason | undefined;
  const closest = known?.[1] ?? own ?? reason;
  const advice = (REQUEST_ADVICE as Partial<Record<RefusalReason, Sentence>>)[
    closest
  ];
  return new GatewayError(ErrorCode.BAD_REQUEST, {
    reason: closest,
    ...(advice === undefined ? {} : { advice }),
    // The message of graphql-js names the invalid part of the document.
    problem: { en: message, zh: message },
  });
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
  const { estimate, limit, problem } = details;
  const { message, advice } = ERRORS[code];
  return {
    message:
      PROTOCOL_MESSAGES[code] ??
      (problem ?? reasonOf(code, details) ?? message)[language],
    extensions: {
      code,
      requestId,
      retryable: isRetryable(code),
      advice: (details.advice ?? advice)[language],
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      ...(estimate === undefined ? {} : { estimate, limit }),
      ...(upstream === undefined ? {} : { upstream }),
      ...(unsettled === undefined ? {} : { unsettled }),
      ...(violations === undefined
        ? {}
        : {
            violations: violations.map((one) => renderViolation(one, language)),
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
