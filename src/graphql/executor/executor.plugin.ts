import {
  HeaderMap,
  type ApolloServerPlugin,
  type GraphQLRequestContext,
  type GraphQLRequestListener,
  type GraphQLResponse,
} from "@apollo/server";
import type {
  DocumentNode,
  GraphQLSchema,
  OperationDefinitionNode,
} from "graphql";
import type { RequestContext } from "../../context/request-context.js";
import { CompiledOperation } from "./compiled-operation.js";
import { DocumentMemory } from "./document-memory.js";
import type { OperationPolicy } from "./operation-policy.js";

type ApolloRequest = Pick<
  GraphQLRequestContext<RequestContext>,
  "request" | "contextValue" | "document" | "operation" | "source"
>;

/** Returns the policy of an operation. Called once for each operation. */
export type PolicyFactory = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
) => OperationPolicy;

/**
 * Apollo Server plugin that executes operations in compiled form. Apollo Server
 * still parses and validates each document; the compiled operation is cached.
 *
 * There are four ways to run a document. The first three give the same responses.
 *
 * 1. Apollo Server and graphql-js: introspection, invalid variables, and documents
 *    that cannot be compiled.
 * 2. Apollo Server and this plugin: new documents, new header pairs, and requests
 *    with `X-Cost`.
 * 3. `OperationCache` and a compiled operation, without Apollo Server: repeated
 *    documents and header pairs.
 * 4. `GraphqlSubscriptions` and graphql-js: subscriptions over WebSocket or SSE.
 *
 * This folder imports only types from other folders, so that the executor can be
 * reviewed, benchmarked and replaced alone. The gateway's rules are a parameter.
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
    private readonly policyOf: PolicyFactory,
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
   * @throws {GraphQLError} the error of the operation's policy
   */
  private check(context: ApolloRequest): Promise<void> {
    const { operation, request, contextValue } = context;
    if (operation === undefined) return DONE;
    const refusal = this.compiled(context, operation).refusal(
      request.variables,
      contextValue,
    );
    return refusal === null ? DONE : Promise.reject(refusal);
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
      this.policyOf(document, operation),
      (fields) => this.documents.addFields(source, fields),
    );
    this.documents.addOperation(source, operationName, compiled, document);
    return compiled;
  }
}

const DONE = Promise.resolve();
