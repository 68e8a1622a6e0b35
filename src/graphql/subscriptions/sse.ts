import type { FastifyReply, FastifyRequest } from "fastify";
import type { ExecutionResult, FormattedExecutionResult } from "graphql";
import type { RequestContext } from "../../context/request-context.js";
import { toGraphqlError } from "../graphql-error.formatter.js";
import { refuseGraphql } from "../graphql-refusal.js";
import type { GraphqlSubscriptions } from "./subscriptions.js";
import { fromUrl } from "../request/url-request.js";
import type { UrlRules } from "../request/url-rules.js";
import type { SseEvent, SseStreams } from "../../http/sse-stream.js";

/**
 * Answers a subscription with server-sent events, in the "distinct connections"
 * mode of the graphql-sse protocol: `next` for each result, then `complete`.
 */
export function streamGraphql(
  request: FastifyRequest,
  reply: FastifyReply,
  subscriptions: GraphqlSubscriptions,
  urlRules: UrlRules,
  streams: SseStreams,
): FastifyReply {
  const { callContext: context, method } = request;
  let graphqlRequest: unknown;
  try {
    if (method === "GET") {
      const inUrl = fromUrl(request.query);
      graphqlRequest = inUrl;
      const { query } = subscriptions.read(inUrl);
      urlRules.checkSubscription({ query, hasText: "query" in inUrl });
    } else {
      graphqlRequest = request.body;
      subscriptions.read(graphqlRequest);
    }
  } catch (error) {
    return refuseGraphql(request, reply, error);
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
