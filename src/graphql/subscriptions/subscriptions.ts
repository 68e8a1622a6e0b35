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
import type { RequestContext } from "../../context/request-context.js";
import type { Logger } from "../../logging/logger.js";
import { codeOf, renderError } from "../graphql-error.formatter.js";
import { operationNameOf } from "../operation-name.js";

/** The members of a GraphQL request. */
export interface GraphqlRequest {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: Readonly<Record<string, unknown>> | null;
  readonly extensions?: Readonly<Record<string, unknown>> | null;
}

/** Limits on documents, the same as for queries and mutations. */
export interface DocumentCheck {
  /** Checked while parsing, before validation. */
  readonly maxTokens: number;
  readonly rules: readonly ValidationRule[];
  /** The request with the document it means; null when it may not run. */
  readonly accept: (request: unknown) => GraphqlRequest | null;
  /** Keeps names of the schema out of what is said about a wrong document. */
  readonly hidesSchema: boolean;
}

/** Whether a value has the members of a GraphQL request. */
export function isGraphqlRequest(value: unknown): value is GraphqlRequest {
  if (!isObject(value)) return false;
  const { query, operationName, variables, extensions } = value;
  return (
    typeof query === "string" &&
    query !== "" &&
    (isAbsent(operationName) || typeof operationName === "string") &&
    (isAbsent(variables) || isObject(variables)) &&
    (isAbsent(extensions) || isObject(extensions))
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

/**
 * Runs subscriptions for every transport that pushes, with the same limits,
 * rights and errors. Queries and mutations are refused: they have a door of
 * their own, with limits that count requests.
 */
export class GraphqlSubscriptions {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly limits: DocumentCheck,
    private readonly logger: Logger,
  ) {}

  /** What is to be run, or why it is not. */
  prepare(
    request: unknown,
    contextValue: RequestContext,
  ): ExecutionArgs | readonly [GraphQLError, ...GraphQLError[]] {
    const accepted = this.limits.accept(request);
    if (accepted === null) return [malformed("This request may not run.")];
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
      return [this.shown(error)];
    }
    const [first, ...others] = problems;
    if (first !== undefined) {
      return [this.shown(first), ...others.map((error) => this.shown(error))];
    }
    const operation = getOperationAST(document, operationName);
    if (operation === null || operation === undefined) {
      return [malformed("The request names no operation of its document.")];
    }
    contextValue.usage.operation = operationNameOf(operation);
    if (operation.operation !== OperationTypeNode.SUBSCRIPTION) {
      return [
        malformed(
          "Only subscriptions run here: send this one to POST /graphql.",
        ),
      ];
    }
    return {
      schema: this.schema,
      document,
      contextValue,
      ...(isAbsent(operationName) ? {} : { operationName }),
      ...(isAbsent(variables) ? {} : { variableValues: variables }),
    };
  }

  /** A document that does not fit is its writer's fault, never ours. */
  private shown(error: unknown): GraphQLError {
    if (!(error instanceof GraphQLError)) {
      return malformed("The document cannot be read.");
    }
    const { message, nodes, source, positions } = error;
    return new GraphQLError(
      this.limits.hidesSchema
        ? (message.split(" Did you mean ", 1)[0] ?? "")
        : message,
      { nodes, source, positions, extensions: { code: "BAD_REQUEST" } },
    );
  }

  /** Whether a request may run at all, before its document is looked at. */
  accepts(request: unknown): boolean {
    return this.limits.accept(request) !== null;
  }

  /** Begins a subscription: its results, or the one result that it cannot begin. */
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

  /** Results of a prepared subscription, or the reason why there are none. Never rejects. */
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

  /**
   * A result with its errors rendered from the one table; the first error is
   * also noted in the context, for the log and the metrics.
   */
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

  rendered(
    errors: readonly GraphQLError[],
    context: RequestContext,
  ): GraphQLFormattedError[] {
    const rendered = errors.map((error) =>
      renderError(error, context, this.logger),
    );
    context.usage.failureCode ??= codeOf(rendered[0]);
    return rendered;
  }
}

function malformed(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: "BAD_REQUEST" } });
}
