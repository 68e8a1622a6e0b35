import { ApolloServer, HeaderMap } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import { Inject, Injectable } from "@nestjs/common";
import { AbstractGraphQLDriver, type GqlModuleOptions } from "@nestjs/graphql";
import type { GraphQLSchema } from "graphql";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { CredentialWatch } from "../access/credential-watch.js";
import { documentRules, MAX_TOKENS } from "./document-limits.js";
import { AccessControl } from "../access/access-control.js";
import { PersistedDocuments } from "./persisted-documents.js";
import { Config, showsSchema } from "../config/config.js";
import { isObject } from "../config/files/json-file.js";
import type { RequestContext } from "../context/request-context.js";
import { Logger } from "../logging/logger.js";
import { ExecutorPlugin } from "./executor/executor.plugin.js";
import { costReporting } from "./graphql-cost.js";
import { DocumentMemory } from "./executor/document-memory.js";
import { errorRendering, recordResult } from "./graphql-error.formatter.js";
import {
  malformedRequest,
  recordEarlyRefusal,
  refuseGraphql,
} from "./graphql-refusal.js";
import { OperationChecks } from "./operation-checks.js";
import { GraphqlSocket } from "./subscriptions/websocket.js";
import { SocketLog } from "./subscriptions/socket-log.js";
import { streamGraphql } from "./subscriptions/sse.js";
import {
  GraphqlSubscriptions,
  isGraphqlRequest,
  type GraphqlRequest,
} from "./subscriptions/subscriptions.js";
import { AdmissionController } from "../http/load-shedding.js";
import { possibleTypesOf } from "./possible-types.js";
import {
  OperationCache,
  type GraphqlAnswer,
} from "./executor/operation-cache.js";
import {
  OPERATION_OBSERVER,
  SocketOperations,
  type OperationObserver,
} from "./subscriptions/socket-operations.js";
import { SocketSlots } from "./subscriptions/socket-slots.js";
import { SseStreams } from "../http/sse-stream.js";
import { WEBSOCKET } from "../http/upgrades.js";

/** Request headers that Apollo Server and its plugins read. */
const APOLLO_HEADERS = [
  "accept",
  "content-type",
  "apollo-require-preflight",
  "x-apollo-operation-name",
  "x-cost",
] as const;

/**
 * Runs Apollo Server behind a Fastify route.
 *
 * Nest's Apollo driver adds a second HTTP integration: a header map, a context
 * and an error path for each request. This driver passes only the headers that
 * Apollo Server reads.
 */
@Injectable()
export class GraphqlDriver extends AbstractGraphQLDriver<GqlModuleOptions> {
  /** Runs compiled operations. Set when the driver starts. */
  executor?: ExecutorPlugin;
  /** Answers repeated operations without Apollo Server. Set when the driver starts. */
  operationCache?: OperationCache;
  private server?: ApolloServer<RequestContext>;
  private socket?: GraphqlSocket;
  private readonly documents: PersistedDocuments;

  constructor(
    @Inject(Logger) private readonly logger: Logger,
    @Inject(Config) private readonly config: Config,
    @Inject(AccessControl) private readonly accessControl: AccessControl,
    @Inject(SseStreams) private readonly streams: SseStreams,
    @Inject(SocketSlots) private readonly slots: SocketSlots,
    @Inject(CredentialWatch) private readonly credentials: CredentialWatch,
    @Inject(AdmissionController)
    private readonly admission: AdmissionController,
    @Inject(OPERATION_OBSERVER) private readonly observer: OperationObserver,
  ) {
    super();
    this.documents = new PersistedDocuments(config);
  }

  async start(options: GqlModuleOptions): Promise<void> {
    const { schema, path = "/graphql" } = options;
    if (schema === undefined) throw new Error("the driver needs a schema");
    const introspection = showsSchema(this.config);
    const documents = new DocumentMemory();
    const { MAX_UPSTREAM_CALLS_PER_REQUEST: maxCalls } = this.config;
    const executor = new ExecutorPlugin(
      schema,
      (document, operation) =>
        new OperationChecks(schema, document, operation, maxCalls),
      documents,
    );
    const server = new ApolloServer<RequestContext>({
      schema,
      allowBatchedHttpRequests: false,
      csrfPrevention: true,
      // Apollo Server shares the executor's store, so one bound covers both.
      documentStore: documents.store,
      includeStacktraceInErrorResponses: false,
      introspection,
      // Suggestions in error messages would reveal names of the schema.
      hideSchemaDetailsFromClientErrors: !introspection,
      persistedQueries: false,
      stopOnTerminationSignals: false,
      parseOptions: { maxTokens: MAX_TOKENS, noLocation: false },
      validationRules: documentRules(this.config),
      plugins: [
        errorRendering(this.logger, !introspection),
        executor,
        costReporting,
        ApolloServerPluginCacheControlDisabled(),
        ApolloServerPluginLandingPageDisabled(),
        ApolloServerPluginSchemaReportingDisabled(),
        ApolloServerPluginUsageReportingDisabled(),
      ],
      logger: {
        debug: () => undefined,
        info: () => undefined,
        warn: () => this.logger.log("warn", "Apollo Server logged a warning"),
        error: () => this.logger.log("error", "Apollo Server logged an error"),
      },
    });
    await server.start();
    this.server = server;
    this.executor = executor;
    const fastify =
      this.httpAdapterHost.httpAdapter.getInstance<FastifyInstance>();
    const cache = new OperationCache(executor, (name, errors, context) =>
      recordResult(name, errors, context, this.logger),
    );
    this.operationCache = cache;
    fastify.post(path, {
      config: { rights: "fields", refuse: refuseGraphql },
      handler: (request, reply) => this.answer(server, cache, request, reply),
      errorHandler: (error, request, reply) => {
        void refuseGraphql(request, reply, error);
      },
    });
    this.addSubscriptions(fastify, path, schema, !introspection);
  }

  /** Adds the WebSocket and SSE routes, which share one subscription runner. */
  private addSubscriptions(
    fastify: FastifyInstance,
    path: string,
    schema: GraphQLSchema,
    hidesSchema: boolean,
  ): void {
    const subscriptions = new GraphqlSubscriptions(
      schema,
      {
        maxTokens: MAX_TOKENS,
        rules: documentRules(this.config),
        accept: (request) => this.readRequest(request),
        hidesSchema,
      },
      this.logger,
    );
    const socket = new GraphqlSocket(
      subscriptions,
      new SocketOperations(
        this.accessControl,
        this.admission,
        this.observer,
        this.logger,
        path,
      ),
      this.slots,
      this.credentials,
      this.logger,
      new SocketLog(this.logger, path),
    );
    this.socket = socket;
    const refuse = (
      error: Error,
      request: FastifyRequest,
      reply: FastifyReply,
    ): void => {
      void refuseGraphql(request, reply, error);
    };
    fastify.route({
      url: path,
      method: "GET",
      exposeHeadRoute: false,
      constraints: { upgrade: WEBSOCKET },
      config: { rights: "handshake", refuse: refuseGraphql },
      handler: socket.accept,
      errorHandler: refuse,
    });
    fastify.route({
      url: `${path}/stream`,
      method: ["GET", "POST"],
      exposeHeadRoute: false,
      config: { rights: "fields", refuse: refuseGraphql },
      handler: (request, reply) =>
        streamGraphql(request, reply, subscriptions, this.streams),
      errorHandler: refuse,
    });
    fastify.get("/possibleTypes.json", {
      config: { rights: "public" },
      handler: (_request, reply) => reply.send(possibleTypesOf(schema)),
    });
  }

  async stop(): Promise<void> {
    // Close sockets first: clients get close code 1001 before their
    // subscriptions end.
    await this.socket?.close();
    this.streams.onModuleDestroy();
    await this.server?.stop();
  }

  /**
   * Returns the request with the text of its document. Null when the request is
   * malformed, or when its document is unknown or not allowed.
   */
  private readRequest(body: unknown): GraphqlRequest | null {
    if (!isObject(body)) return null;
    const query = this.documents.find(body);
    const { operationName, variables, extensions } = body;
    const found = { query, operationName, variables, extensions };
    if (!isGraphqlRequest(found)) return null;
    // Drop `extensions`: the document id is the only supported one, and it has
    // been read. Omit absent members: Apollo Server rejects undefined ones.
    return {
      query: found.query,
      ...(found.operationName == null
        ? {}
        : { operationName: found.operationName }),
      ...(found.variables == null ? {} : { variables: found.variables }),
    };
  }

  private answer(
    server: ApolloServer<RequestContext>,
    cache: OperationCache,
    request: FastifyRequest,
    reply: FastifyReply,
  ): FastifyReply | Promise<FastifyReply> {
    const { callContext, headers } = request;
    const body = this.readRequest(request.body);
    if (body === null) {
      return refuseGraphql(request, reply, malformedRequest(request.body));
    }
    const send = ({ contentType, text }: GraphqlAnswer): FastifyReply =>
      reply.header("content-type", contentType).send(text);
    const answer = cache.answer(body, headers, callContext);
    if (answer === null) {
      return this.runApollo(server, cache, body, request, reply);
    }
    return answer instanceof Promise ? answer.then(send) : send(answer);
  }

  /** Runs the request through Apollo Server, and remembers its headers. */
  private async runApollo(
    server: ApolloServer<RequestContext>,
    cache: OperationCache,
    body: GraphqlRequest,
    { headers, callContext }: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const apolloHeaders = new HeaderMap();
    for (const name of APOLLO_HEADERS) {
      const value = headers[name];
      if (typeof value === "string") apolloHeaders.set(name, value);
    }
    const result = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: "POST",
        headers: apolloHeaders,
        body,
        search: "",
      },
      context: () => Promise.resolve(callContext),
    });
    for (const [name, value] of result.headers) reply.header(name, value);
    const status = result.status ?? 200;
    if (status >= 400) recordEarlyRefusal(callContext.usage, status);
    const contentType = result.headers.get("content-type");
    if (status === 200 && contentType !== undefined) {
      cache.remember(headers, contentType);
    }
    // Chunked results need `@defer` or `@stream`, which graphql 16 lacks.
    const text = result.body.kind === "complete" ? result.body.string : "";
    return reply.code(status).send(text);
  }
}
