import type { FastifyReply, FastifyRequest } from "fastify";
import type { ExecutionResult, FormattedExecutionResult } from "graphql";
import type { RequestContext } from "../../context/request-context.js";
import { toGraphqlError } from "../graphql-error.formatter.js";
import { malformedRequest, refuseGraphql } from "../graphql-refusal.js";
import type { GraphqlSubscriptions } from "./subscriptions.js";
import { refusePoison } from "./socket-headers.js";
import type { SseEvent, SseStreams } from "../../http/sse-stream.js";

/**
 * Answers a subscription with server-sent events, in the "distinct connections"
 * mode of the graphql-sse protocol: `next` for each result, then `complete`.
 */
export function streamGraphql(
  request: FastifyRequest,
  reply: FastifyReply,
  subscriptions: GraphqlSubscriptions,
  streams: SseStreams,
): FastifyReply {
  const { callContext: context, method, body, query } = request;
  const graphqlRequest = method === "GET" ? fromQuery(query) : body;
  if (!subscriptions.accepts(graphqlRequest)) {
    return refuseGraphql(request, reply, malformedRequest(graphqlRequest));
  }
  return streams.answer(
    reply,
    new ResultEvents(subscriptions, graphqlRequest, context),
    (error) => [
      nextEvent({ errors: [toGraphqlError(error, context)] }),
      COMPLETE,
    ],
  );
}

/** Reads a GraphQL request from a query string, in which `variables` is JSON. */
function fromQuery(query: unknown): unknown {
  const { variables, ...rest } = query as Record<string, unknown>;
  if (variables === undefined) return rest;
  if (typeof variables !== "string") return null;
  try {
    return {
      ...rest,
      variables: JSON.parse(variables, refusePoison) as unknown,
    };
  } catch {
    return null;
  }
}

/** Final event. A graphql-sse client does not reconnect after it. */
const COMPLETE: SseEvent = { event: "complete", data: "" };

function nextEvent(result: FormattedExecutionResult): SseEvent {
  return { event: "next", data: JSON.stringify(result) };
}

/** Converts results to events. Adds `complete` when the subscription ends normally. */
class ResultEvents implements AsyncIterator<SseEvent, undefined, undefined> {
  private results: AsyncIterator<ExecutionResult> | null = null;
  private isStarted = false;
  private isDone = false;

  constructor(
    private readonly subscriptions: GraphqlSubscriptions,
    private readonly request: unknown,
    private readonly context: RequestContext,
  ) {}

  async next(): Promise<IteratorResult<SseEvent, undefined>> {
    if (this.isDone) return ENDED;
    const result = this.isStarted
      ? await this.results?.next()
      : await this.start();
    // `return` was called meanwhile. Without `complete` the client reconnects.
    if (this.isDone) return ENDED;
    if (result === undefined || result.done === true) {
      this.isDone = true;
      return { done: false, value: COMPLETE };
    }
    const formatted = this.subscriptions.formatted(result.value, this.context);
    return { done: false, value: nextEvent(formatted) };
  }

  async return(): Promise<IteratorResult<SseEvent, undefined>> {
    this.isDone = true;
    await this.results?.return?.();
    return ENDED;
  }

  private async start(): Promise<IteratorResult<ExecutionResult>> {
    this.isStarted = true;
    const started = await this.subscriptions.begin(this.request, this.context);
    if (!("next" in started)) return { done: false, value: started };
    this.results = started;
    if (this.isDone) await started.return?.();
    return started.next();
  }
}

const ENDED: IteratorResult<SseEvent, undefined> = {
  done: true,
  value: undefined,
};
