import { HeaderMap, type ApolloServer } from "@apollo/server";
import { LRUCache } from "lru-cache";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { RequestContext } from "../context/request-context.js";
import type {
  GraphqlAnswer,
  OperationCache,
} from "./executor/operation-cache.js";
import { refuseGraphql } from "./graphql-refusal.js";
import {
  readGraphqlRequest,
  type GraphqlRequest,
} from "./request/graphql-request.js";
import { graphqlMediaType } from "./request/media-type.js";
import type { PersistedDocuments } from "./request/persisted-documents.js";
import { fromUrl, requireNoSimpleGet } from "./request/url-request.js";
import type { UrlRules } from "./request/url-rules.js";

/** Accepted values of `Accept` that are remembered, and the length of the longest. */
const MAX_ACCEPTED = 256;
const MAX_ACCEPT_LENGTH = 512;

/** Request headers that Apollo Server and its plugins read. */
type ApolloHeaders = Readonly<Record<string, string>> & {
  readonly "content-type": string;
};

/**
 * The URL /graphql: reads a request from the body or from the URL, applies the rules
 * for GET, and executes it with the operation cache or with Apollo Server.
 */
export class GraphqlEndpoint {
  private readonly accepted = new LRUCache<string, true>({ max: MAX_ACCEPTED });

  constructor(
    private readonly server: ApolloServer<RequestContext>,
    private readonly cache: OperationCache,
    private readonly documents: PersistedDocuments,
    private readonly urlRules: UrlRules,
  ) {}

  answer(
    request: FastifyRequest,
    reply: FastifyReply,
  ): FastifyReply | Promise<FastifyReply> {
    let read: GraphqlRequest;
    try {
      if (!this.accepts(request.headers.accept)) {
        throw Object.assign(new Error("not acceptable"), { statusCode: 406 });
      }
      read =
        request.method === "GET"
          ? this.readUrl(request)
          : readGraphqlRequest(request.body, this.documents);
    } catch (error) {
      return refuseGraphql(request, reply, error);
    }
    const headers = apolloHeaders(request);
    const answer = this.cache.answer(read, headers, request.callContext);
    if (answer === null) {
      return this.runApollo(read, headers, request.callContext, reply);
    }
    const send = ({ contentType, text }: GraphqlAnswer): FastifyReply => {
      this.documents.register(read);
      return reply.header("content-type", contentType).send(text);
    };
    return answer instanceof Promise ? answer.then(send) : send(answer);
  }

  /** Whether a client accepts a media type of the responses. */
  private accepts(accept = ""): boolean {
    if (this.accepted.has(accept)) return true;
    const isAccepted = graphqlMediaType(accept) !== null;
    if (isAccepted && accept.length <= MAX_ACCEPT_LENGTH) {
      this.accepted.set(accept, true);
    }
    return isAccepted;
  }

  /** @throws {GatewayError} when the request may not be sent by GET */
  private readUrl({ headers, query }: FastifyRequest): GraphqlRequest {
    const inUrl = fromUrl(query);
    const read = readGraphqlRequest(inUrl, this.documents);
    requireNoSimpleGet(headers);
    this.urlRules.check({ ...read, hasText: "query" in inUrl });
    return read;
  }

  /** Runs the request through Apollo Server, and remembers its headers. */
  private async runApollo(
    request: GraphqlRequest,
    headers: ApolloHeaders,
    context: RequestContext,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const { query, operationName, variables } = request;
    const result = await this.server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        // A GET request has already passed the rules for GET.
        method: "POST",
        headers: new HeaderMap(Object.entries(headers)),
        body: {
          query,
          ...(operationName === undefined ? {} : { operationName }),
          ...(variables === undefined ? {} : { variables }),
        },
        search: "",
      },
      context: () => Promise.resolve(context),
    });
    for (const [name, value] of result.headers) reply.header(name, value);
    const status = result.status ?? 200;
    const contentType = result.headers.get("content-type");
    if (status === 200 && contentType !== undefined) {
      this.cache.remember(headers, contentType);
      this.documents.register(request);
    }
    // Chunked results need `@defer` or `@stream`, which graphql 16 lacks.
    const text = result.body.kind === "complete" ? result.body.string : "";
    return reply.code(status).send(text);
  }
}

/**
 * Headers for Apollo Server. The content type is always JSON: Fastify rejects other
 * bodies, and a GET request has none.
 */
function apolloHeaders({ headers }: FastifyRequest): ApolloHeaders {
  const { accept, "x-cost": cost } = headers;
  const chosen: Record<string, string> = {};
  if (accept !== undefined) chosen["accept"] = accept;
  if (typeof cost === "string") chosen["x-cost"] = cost;
  chosen["content-type"] = "application/json";
  return chosen as ApolloHeaders;
}
