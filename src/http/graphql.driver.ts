import { ApolloServer, HeaderMap } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import { Inject, Injectable } from "@nestjs/common";
import { AbstractGraphQLDriver, type GqlModuleOptions } from "@nestjs/graphql";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { RequestContext } from "../context/request-context.js";
import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import { Logger } from "../logging/logger.js";
import { errorRendering } from "./graphql-error.formatter.js";
import { refuseGraphql } from "./graphql-refusal.js";

/** Most tokens of a document; checked while parsing, before validation. */
const MAX_TOKENS = 1_000;

/** Request headers that Apollo Server looks at. */
const SEEN_BY_APOLLO = [
  "accept",
  "content-type",
  "apollo-require-preflight",
  "x-apollo-operation-name",
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
  private server?: ApolloServer<RequestContext>;

  constructor(@Inject(Logger) private readonly logger: Logger) {
    super();
  }

  async start(options: GqlModuleOptions): Promise<void> {
    const { schema, path = "/graphql" } = options;
    if (schema === undefined) throw new Error("a schema is made before start");
    const server = new ApolloServer<RequestContext>({
      schema,
      allowBatchedHttpRequests: false,
      csrfPrevention: true,
      includeStacktraceInErrorResponses: false,
      introspection: true,
      persistedQueries: false,
      status400ForVariableCoercionErrors: true,
      stopOnTerminationSignals: false,
      parseOptions: { maxTokens: MAX_TOKENS, noLocation: false },
      plugins: [
        errorRendering(this.logger),
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
    const fastify =
      this.httpAdapterHost.httpAdapter.getInstance<FastifyInstance>();
    fastify.post(path, {
      handler: (request, reply) => this.answer(server, request, reply),
      errorHandler: (error, request, reply) =>
        refuseGraphql(request.callContext, reply, error),
    });
  }

  async stop(): Promise<void> {
    await this.server?.stop();
  }

  private async answer(
    server: ApolloServer<RequestContext>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const { body, callContext, headers } = request;
    if (!isGraphqlRequest(body)) {
      return refuseGraphql(
        callContext,
        reply,
        new GatewayError(ErrorCode.BAD_REQUEST),
      );
    }
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
    // Chunks come only of `@defer` and `@stream`, which graphql 16 lacks.
    const text = result.body.kind === "complete" ? result.body.string : "";
    return reply.code(result.status ?? 200).send(text);
  }
}

/** Whether a body has the members of a GraphQL-over-HTTP request. */
function isGraphqlRequest(body: unknown): boolean {
  if (!isObject(body)) return false;
  const { query, operationName, variables, extensions } = body;
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
