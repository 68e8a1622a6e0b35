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

type Asked = Pick<
  GraphQLRequestContext<RequestContext>,
  "request" | "contextValue" | "document" | "operation" | "source"
>;

/** Limits of one run; see the settings of the same names. */
export type RunLimits = Pick<Config, "MAX_UPSTREAM_CALLS_PER_REQUEST">;

/**
 * Runs operations in their compiled form, behind Apollo Server's own parsing,
 * validation and plugins, and keeps what it has run.
 *
 * `defaults.md` lists the defaults of graphql-js and Apollo Server that
 * this execution replaces, with ours beside them.
 */
export class ExecutorPlugin implements ApolloServerPlugin<RequestContext> {
  /** Off, everything is left to graphql-js: dearer, with the same answers. */
  isOn = true;
  private count = 0;
  private readonly listening: Promise<GraphQLRequestListener<RequestContext>>;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly limits: RunLimits,
    /** Only what was parsed and validated gets in. */
    private readonly documents = new DocumentMemory(),
  ) {
    // One listener for all requests: it keeps nothing of any.
    this.listening = Promise.resolve({
      didResolveOperation: (request) => this.check(request),
      responseForOperation: (request) => this.answer(request),
    });
  }

  /** How many operations were run this way. */
  get answered(): number {
    return this.count;
  }

  requestDidStart(): Promise<GraphQLRequestListener<RequestContext>> {
    return this.listening;
  }

  /** An operation that was run before, by the text it came in and its name. */
  known(text: string, name: string | undefined): CompiledOperation | undefined {
    return this.isOn ? this.documents.operation(text, name) : undefined;
  }

  /**
   * Refuses an operation before its variables are read or anything runs.
   *
   * @throws {GraphQLError} FORBIDDEN, REQUEST_TOO_COSTLY
   */
  private check(context: Asked): Promise<void> {
    const { operation, request, contextValue } = context;
    if (operation === undefined) return NOTHING;
    const refusal = this.compiled(context, operation).refusal(
      request.variables,
      contextValue,
    );
    if (refusal === null) return NOTHING;
    const { httpStatus: status } = ERRORS[refusal.code];
    const http = { status, headers: new HeaderMap() };
    return Promise.reject(
      new GraphQLError(refusal.message, {
        originalError: refusal,
        extensions: { http },
      }),
    );
  }

  /** Null where graphql-js has to run the operation. */
  private async answer(context: Asked): Promise<GraphQLResponse | null> {
    // No operation: none has the name that was asked for.
    const { operation, request, contextValue } = context;
    if (!this.isOn || operation === undefined) return null;
    const compiled = this.compiled(context, operation);
    const result = await compiled.run(request.variables, contextValue);
    if (result === null) return null;
    this.count += 1;
    const { data, errors } = result;
    // The plugin that renders errors looks for them there.
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
    { request: { operationName }, source, document }: Asked,
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

const NOTHING = Promise.resolve();
