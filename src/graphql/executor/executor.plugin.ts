import {
  HeaderMap,
  type ApolloServerPlugin,
  type GraphQLRequestContext,
  type GraphQLRequestListener,
  type GraphQLResponse,
} from "@apollo/server";
import {
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";
import type { Config } from "../../config/config.js";
import type { RequestContext } from "../../context/request-context.js";
import { ERRORS } from "../../errors/error-table.js";
import { CompiledOperation } from "./compiled-operation.js";
import { DocumentMemory } from "./document-memory.js";

type ApolloRequest = Pick<
  GraphQLRequestContext<RequestContext>,
  "request" | "contextValue" | "document" | "operation" | "source"
>;

/** Limits of one run, named after the settings. */
export type RunLimits = Pick<Config, "MAX_UPSTREAM_CALLS_PER_REQUEST">;

/**
 * Apollo Server plugin that executes operations in compiled form. Apollo Server
 * still parses and validates each document; the compiled operation is cached.
 *
 * `defaults.md` compares the defaults of graphql-js and Apollo Server with ours.
 */
export class ExecutorPlugin implements ApolloServerPlugin<RequestContext> {
  /** False lets graphql-js execute everything: slower, with the same responses. */
  isOn = true;
  private count = 0;
  private readonly listener: Promise<GraphQLRequestListener<RequestContext>>;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly limits: RunLimits,
    /** Holds only documents that were parsed and validated. */
    private readonly documents = new DocumentMemory(),
  ) {
    // All requests share one listener, because it has no state.
    this.listener = Promise.resolve({
      didResolveOperation: (request) => this.check(request),
      responseForOperation: (request) => this.answer(request),
    });
  }

  /** Number of operations executed in compiled form. */
  get answered(): number {
    return this.count;
  }

  requestDidStart(): Promise<GraphQLRequestListener<RequestContext>> {
    return this.listener;
  }

  /** Returns the compiled operation of a document text, if there is one. */
  known(text: string, name: string | undefined): CompiledOperation | undefined {
    return this.isOn ? this.documents.operation(text, name) : undefined;
  }

  /**
   * Rejects an operation that may not run, before any resolver runs.
   *
   * @throws {GraphQLError} FORBIDDEN, REQUEST_TOO_COSTLY
   */
  private check(context: ApolloRequest): Promise<void> {
    const { operation, request, contextValue } = context;
    if (operation === undefined) return DONE;
    const refusal = this.compiled(context, operation).refusal(
      request.variables,
      contextValue,
    );
    if (refusal === null) return DONE;
    const { httpStatus: status } = ERRORS[refusal.code];
    const http = { status, headers: new HeaderMap() };
    return Promise.reject(
      new GraphQLError(refusal.message, {
        originalError: refusal,
        extensions: { http },
      }),
    );
  }

  /** Null lets graphql-js execute the operation. */
  private async answer(
    context: ApolloRequest,
  ): Promise<GraphQLResponse | null> {
    // Undefined when the document has no operation with the requested name.
    const { operation, request, contextValue } = context;
    if (!this.isOn || operation === undefined) return null;
    const compiled = this.compiled(context, operation);
    const result = await compiled.run(request.variables, contextValue);
    if (result === null) return null;
    this.count += 1;
    const { data, errors } = result;
    // The error rendering plugin reads the errors from the context.
    if (errors !== undefined) Object.assign(context, { errors });
    return {
      http: { headers: new HeaderMap(), status: undefined },
      body: {
        kind: "single",
        singleResult: errors === undefined ? { data } : { errors, data },
      },
    };
  }

  private compiled(
    { request: { operationName }, source, document }: ApolloRequest,
    operation: OperationDefinitionNode,
  ): CompiledOperation {
    if (source === undefined || document === undefined) {
      throw new Error("an operation is part of a document");
    }
    const known = this.documents.operation(source, operationName);
    if (known !== undefined) return known;
    const compiled = new CompiledOperation(
      this.schema,
      document,
      operation,
      (fields) => this.documents.addFields(source, fields),
      this.limits.MAX_UPSTREAM_CALLS_PER_REQUEST,
    );
    this.documents.addOperation(source, operationName, compiled, document);
    return compiled;
  }
}

const DONE = Promise.resolve();
