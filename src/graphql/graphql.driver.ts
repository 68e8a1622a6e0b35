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
import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import { Logger } from "../logging/logger.js";
import { ExecutorPlugin } from "./executor/executor.plugin.js";
import { costReporting } from "./graphql-cost.js";
import { DocumentMemory } from "./executor/document-memory.js";
import { errorRendering } from "./graphql-error.formatter.js";
import { refuseGraphql } from "./graphql-refusal.js";
import { GraphqlSocket } from "./subscriptions/websocket.js";
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

/** Request headers that Apollo Server looks at. */
const SEEN_BY_APOLLO = [
  "accept",
  "content-type",
  "apollo-require-preflight",
  "x-apollo-operation-name",
  "x-cost",
] as const;

/**
 * Runs Apollo Server behind Fastify's own route.
 *
 * The stock driver would bring a second HTTP integration with a header map, a
 * context and an error path of its own for each request; this one passes on
 * what Apollo looks at and nothing else.
 */
@Injectable()
export class GraphqlDriver extends AbstractGraphQLDriver<GqlModuleOptions> {
  /** How operations are run; there once the driver has started. */
  execution?: ExecutorPlugin;
  /** What is answered without Apollo Server; there once the driver has started. */
  repeated?: OperationCache;
  private server?: ApolloServer<RequestContext>;
  private socket?: GraphqlSocket;
  private readonly documents: PersistedDocuments;

  constructor(
    @Inject(Logger) private readonly logger: Logger,
    @Inject(Config) private readonly config: Config,
    @Inject(AccessControl) private readonly gate: AccessControl,
    @Inject(SseStreams) private readonly streams: SseStreams,
    @Inject(SocketSlots) private readonly slots: SocketSlots,
    @Inject(CredentialWatch) private readonly credentials: CredentialWatch,
    @Inject(AdmissionController) private readonly intake: AdmissionController,
    @Inject(OPERATION_OBSERVER) private readonly observer: OperationObserver,
  ) {
    super();
    this.documents = new PersistedDocuments(config);
  }

  async start(options: GqlModuleOptions): Promise<void> {
    const { schema, path = "/graphql" } = options;
    if (schema === undefined) throw new Error("a schema is made before start");
    const introspection = showsSchema(this.config);
    const documents = new DocumentMemory();
    const execution = new ExecutorPlugin(schema, this.config, documents);
    const server = new ApolloServer<RequestContext>({
      schema,
      allowBatchedHttpRequests: false,
      csrfPrevention: true,
      // One bound for our documents and Apollo's.
      documentStore: documents.store,
      includeStacktraceInErrorResponses: false,
      introspection,
      // Suggested names would tell what introspection does not.
      hideSchemaDetailsFromClientErrors: !introspection,
      persistedQueries: false,
      stopOnTerminationSignals: false,
      parseOptions: { maxTokens: MAX_TOKENS, noLocation: false },
      validationRules: documentRules(this.config),
      plugins: [
        errorRendering(this.logger),
        execution,
        costReporting,
        ApolloServerPluginCacheControlDisabled(),
        ApolloServerPluginLandingPageDisabled(),
        ApolloServerPluginSchemaReportingDisabled(),
        ApolloServerPluginUsageReportingDisabled(),
      ],
      logger: {
        debug: () => undefined,
        info: () => undefined,
        warn: () => this.logger.log("warn", "Apollo Server warns"),
        error: () => this.logger.log("error", "Apollo Server fails"),
      },
    });
    await server.start();
    this.server = server;
    this.execution = execution;
    const fastify =
      this.httpAdapterHost.httpAdapter.getInstance<FastifyInstance>();
    const repeated = new OperationCache(execution, this.logger);
    this.repeated = repeated;
    fastify.post(path, {
      config: { rights: "fields", refuse: refuseGraphql },
      handler: (request, reply) =>
        this.answer(server, repeated, request, reply),
      errorHandler: (error, request, reply) => {
        void refuseGraphql(request, reply, error);
      },
    });
    this.push(fastify, path, schema, !introspection);
  }

  /** Every transport that pushes, over one way of running subscriptions. */
  private push(
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
        accept: (request) => this.trusted(request),
        hidesSchema,
      },
      this.logger,
    );
    const socket = new GraphqlSocket(
      subscriptions,
      new SocketOperations(
        this.gate,
        this.intake,
        this.observer,
        this.logger,
        path,
      ),
      this.slots,
      this.credentials,
      this.logger,
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
    // Sockets first: their clients are told that the server goes away before
    // their subscriptions end.
    await this.socket?.close();
    this.streams.onModuleDestroy();
    await this.server?.stop();
  }

  /** The request with the document it means; null when it may not run. */
  private trusted(body: unknown): GraphqlRequest | null {
    if (!isObject(body)) return null;
    const query = this.documents.find(body);
    const { operationName, variables, extensions } = body;
    const found = { query, operationName, variables, extensions };
    if (!isGraphqlRequest(found)) return null;
    // Extensions end here: none is known beyond the document's id.
    // Apollo Server takes an absent member, but not one that is undefined.
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
    repeated: OperationCache,
    request: FastifyRequest,
    reply: FastifyReply,
  ): FastifyReply | Promise<FastifyReply> {
    const { callContext, headers } = request;
    const body = this.trusted(request.body);
    if (body === null) {
      const error = new GatewayError(ErrorCode.BAD_REQUEST);
      return refuseGraphql(request, reply, error);
    }
    const send = ({ contentType, text }: GraphqlAnswer): FastifyReply =>
      reply.header("content-type", contentType).send(text);
    const answer = repeated.answer(body, headers, callContext);
    if (answer === null)
      return this.ask(server, repeated, body, request, reply);
    return answer instanceof Promise ? answer.then(send) : send(answer);
  }

  /** Through the whole of Apollo Server. */
  private async ask(
    server: ApolloServer<RequestContext>,
    repeated: OperationCache,
    body: GraphqlRequest,
    { headers, callContext }: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const seen = new HeaderMap();
    for (const name of SEEN_BY_APOLLO) {
      const value = headers[name];
      if (typeof value === "string") seen.set(name, value);
    }
    const result = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: "POST", headers: seen, body, search: "" },
      context: () => Promise.resolve(callContext),
    });
    for (const [name, value] of result.headers) reply.header(name, value);
    const status = result.status ?? 200;
    const contentType = result.headers.get("content-type");
    if (status === 200 && contentType !== undefined) {
      repeated.remember(headers, contentType);
    }
    // Chunks come only of `@defer` and `@stream`, which graphql 16 lacks.
    const text = result.body.kind === "complete" ? result.body.string : "";
    return reply.code(status).send(text);
  }
}
