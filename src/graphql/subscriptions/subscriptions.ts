import {
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  parse,
  specifiedRules,
  subscribe,
  validate,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type ValidationRule,
} from "graphql";
import {
  recordFailure,
  type RequestContext,
} from "../../context/request-context.js";
import type { RefusalReason } from "../../errors/refusal-reasons.js";
import { GatewayError } from "../../errors/gateway-error.js";
import type { Logger } from "../../logging/logger.js";
import { gatewayErrorOf, renderError } from "../graphql-error.formatter.js";
import { operationNameOf } from "../operation-name.js";
import { variablesError } from "../variable-violations.js";
import {
  readGraphqlRequest,
  type GraphqlRequest,
} from "../request/graphql-request.js";
import type { PersistedDocuments } from "../request/persisted-documents.js";

/** Limits on documents, the same as for queries and mutations. */
export interface DocumentCheck {
  /** Checked while parsing, before validation. */
  readonly maxTokens: number;
  readonly rules: readonly ValidationRule[];
  readonly documents: PersistedDocuments;
  /** Removes suggestions, which contain names of the schema, from error messages. */
  readonly hidesSchema: boolean;
}

/**
 * Runs subscriptions for WebSocket and SSE, with the same limits, rights and
 * errors. Rejects queries and mutations: these use POST /graphql, where the rate
 * limits count each request.
 */
export class GraphqlSubscriptions {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly limits: DocumentCheck,
    private readonly logger: Logger,
  ) {}

  /** Parses and validates a request. Returns execution arguments, or errors. */
  prepare(
    request: unknown,
    contextValue: RequestContext,
  ): ExecutionArgs | readonly [GraphQLError, ...GraphQLError[]] {
    let accepted: GraphqlRequest;
    try {
      accepted = this.read(request);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      return [new GraphQLError(error.message, { originalError: error })];
    }
    const { query, operationName, variables } = accepted;
    let document: DocumentNode;
    let problems: readonly GraphQLError[];
    try {
      document = parse(query, { maxTokens: this.limits.maxTokens });
      problems = validate(this.schema, document, [
        ...specifiedRules,
        ...this.limits.rules,
      ]);
    } catch (error) {
      return [this.toClientError(error)];
    }
    const [first, ...others] = problems;
    if (first !== undefined) {
      return [
        this.toClientError(first),
        ...others.map((error) => this.toClientError(error)),
      ];
    }
    const operation = getOperationAST(document, operationName);
    if (operation === null || operation === undefined) {
      return [
        badRequest(
          "The operation is not in the document. Set `operationName` if the document has several.",
          "unknown-operation",
        ),
      ];
    }
    contextValue.usage.operation = operationNameOf(operation, this.schema);
    if (operation.operation !== OperationTypeNode.SUBSCRIPTION) {
      return [
        badRequest(
          "Only subscriptions are accepted here. Send queries and mutations to POST /graphql.",
          "operation-kind",
        ),
      ];
    }
    const invalid = variablesError(
      this.schema,
      operation,
      variables ?? {},
      this.limits.hidesSchema,
    );
    if (invalid !== null) return [invalid];
    this.limits.documents.register(accepted);
    return {
      schema: this.schema,
      document,
      contextValue,
      ...(operationName === undefined ? {} : { operationName }),
      ...(variables === undefined ? {} : { variableValues: variables }),
    };
  }

  /** Converts a parse or validation error to BAD_REQUEST. */
  private toClientError(error: unknown): GraphQLError {
    if (!(error instanceof GraphQLError)) {
      return badRequest("The document cannot be parsed.", "document-syntax");
    }
    const { message, nodes, source, positions, extensions } = error;
    return new GraphQLError(
      this.limits.hidesSchema
        ? (message.split(" Did you mean ", 1)[0] ?? "")
        : message,
      {
        nodes,
        source,
        positions,
        extensions: {
          reason: nodes === undefined ? "document-syntax" : "document-invalid",
          ...extensions,
          code: "BAD_REQUEST",
        },
      },
    );
  }

  /**
   * Reads a request and finds its document. Does not parse it.
   *
   * @throws {GatewayError} for a malformed request or an unknown document
   */
  read(request: unknown): GraphqlRequest {
    return readGraphqlRequest(request, this.limits.documents);
  }

  /** Starts a subscription. Returns its results, or one result with errors. */
  async begin(
    request: unknown,
    context: RequestContext,
  ): Promise<AsyncIterator<ExecutionResult> | ExecutionResult> {
    const prepared = this.prepare(request, context);
    if (!("schema" in prepared)) return { errors: prepared };
    const results = await this.subscribe(prepared);
    return Symbol.asyncIterator in results
      ? results[Symbol.asyncIterator]()
      : results;
  }

  /** Starts a prepared subscription. Returns its results, or errors. Never rejects. */
  async subscribe(
    prepared: ExecutionArgs,
  ): Promise<AsyncIterable<ExecutionResult> | ExecutionResult> {
    try {
      return await subscribe(prepared);
    } catch (error) {
      const originalError = error instanceof Error ? error : new Error("fault");
      return { errors: [new GraphQLError("fault", { originalError })] };
    }
  }

  /** Renders the errors of a result, and records the first code; see `rendered`. */
  formatted(
    { data, errors }: ExecutionResult,
    context: RequestContext,
  ): FormattedExecutionResult {
    return {
      ...(errors === undefined
        ? {}
        : { errors: this.rendered(errors, context) }),
      ...(data === undefined ? {} : { data }),
    };
  }

  /**
   * Renders errors from the error table. Records the code of the first one in the
   * context, for the log and the metrics.
   */
  rendered(
    errors: readonly GraphQLError[],
    context: RequestContext,
  ): GraphQLFormattedError[] {
    const [first] = errors;
    if (first !== undefined) {
      recordFailure(context.usage, gatewayErrorOf(first));
    }
    return errors.map((error) => renderError(error, context, this.logger));
  }
}

function badRequest(message: string, reason: RefusalReason): GraphQLError {
  const extensions = { code: "BAD_REQUEST", reason };
  return new GraphQLError(message, { extensions });
}
