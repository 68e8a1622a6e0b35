import { ApolloServer } from "@apollo/server";
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
import { Config, showsSchema } from "../config/config.js";
import type { RequestContext } from "../context/request-context.js";
import { Logger } from "../logging/logger.js";
import { ExecutorPlugin } from "./executor/executor.plugin.js";
import { costReporting } from "./graphql-cost.js";
import { DocumentMemory } from "./executor/document-memory.js";
import { errorRendering, recordResult } from "./graphql-error.formatter.js";
import { refuseGraphql } from "./graphql-refusal.js";
import { GraphqlEndpoint } from "./graphql-endpoint.js";
import { OperationChecks } from "./operation-checks.js";
import { PersistedDocuments } from "./request/persisted-documents.js";
import { UrlRules } from "./request/url-rules.js";
import { GraphqlSocket } from "./subscriptions/websocket.js";
import { SocketLog } from "./subscriptions/socket-log.js";
import { streamGraphql } from "./subscriptions/sse.js";
import { GraphqlSubscriptions } from "./subscriptions/subscriptions.js";
import { AdmissionController } from "../http/load-shedding.js";
import { possibleTypesOf } from "./possible-types.js";
import { OperationCache } from "./executor/operation-cache.js";
import {
  OPERATION_OBSERVER,
  SocketOperations,
  type OperationObserver,
} from "./subscriptions/socket-operations.js";
import { SocketSlots } from "./subscriptions/socket-slots.js";
import { SseStreams } from "../http/sse-stream.js";
import { WEBSOCKET } from "../http/upgrades.js";

/**
 * Runs Apollo Server behind Fastify routes.
 *
 * Nest's Apollo driver adds a second HTTP integration: a header map, a context
 * and an error path for each request. This driver has one, `GraphqlEndpoint`.
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
        warn: () =>
          this.logger.log("warn", "Apollo Server logged a warning", {
            event: "library-message",
          }),
        error: () =>
          this.logger.log("error", "Apollo Server logged an error", {
            event: "library-message",
          }),
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
    const urlRules = new UrlRules(schema, MAX_TOKENS);
    const endpoint = new GraphqlEndpoint(
      server,
      cache,
      this.documents,
      urlRules,
    );
    fastify.route({
      url: path,
      method: ["GET", "POST"],
      exposeHeadRoute: false,
      config: { rights: "fields", refuse: refuseGraphql },
      handler: (request, reply) => endpoint.answer(request, reply),
      errorHandler: (error, request, reply) => {
        void refuseGraphql(request, reply, error);
      },
    });
    this.addSubscriptions(fastify, path, schema, urlRules, !introspection);
  }

  /** Adds the WebSocket and SSE routes, which share one subscription runner. */
  private addSubscriptions(
    fastify: FastifyInstance,
    path: string,
    schema: GraphQLSchema,
    urlRules: UrlRules,
    hidesSchema: boolean,
  ): void {
    const subscriptions = new GraphqlSubscriptions(
      schema,
      {
        maxTokens: MAX_TOKENS,
        rules: documentRules(this.config),
        documents: this.documents,
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
        streamGraphql(request, reply, subscriptions, urlRules, this.streams),
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
}
