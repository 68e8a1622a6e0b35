import type { FastifyReply, FastifyRequest } from "fastify";
import type { ExecutionResult, FormattedExecutionResult } from "graphql";
import type { RequestContext } from "../../context/request-context.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import { toGraphqlError } from "../graphql-error.formatter.js";
import { refuseGraphql } from "../graphql-refusal.js";
import type { GraphqlSubscriptions } from "./subscriptions.js";
import { refusePoison } from "./socket-headers.js";
import type { SseEvent, SseStreams } from "../../http/sse-stream.js";

/**
 * Answers a subscription with server-sent events, by the protocol of graphql-sse
 * in its distinct connections mode: `next` for each result, then `complete`.
 */
export function streamGraphql(
  request: FastifyRequest,
  reply: FastifyReply,
  subscriptions: GraphqlSubscriptions,
  streams: SseStreams,
): FastifyReply {
  const { callContext: context, method, body, query } = request;
  const wanted = method === "GET" ? fromQuery(query) : body;
  if (!subscriptions.accepts(wanted)) {
    return refuseGraphql(
      request,
      reply,
      new GatewayError(ErrorCode.BAD_REQUEST),
    );
  }
  return streams.answer(
    reply,
    new ResultEvents(subscriptions, wanted, context),
    (code) => [
      nextEvent({
        errors: [toGraphqlError(new GatewayError(code), context)],
      }),
      COMPLETE,
    ],
  );
}

/** A GraphQL request in a query string; variables are JSON there. */
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

/** After it a client of graphql-sse does not connect again. */
const COMPLETE: SseEvent = { event: "complete", data: "" };

function nextEvent(result: FormattedExecutionResult): SseEvent {
  return { event: "next", data: JSON.stringify(result) };
}

/** Results as events, and `complete` once they are over by themselves. */
class ResultEvents implements AsyncIterator<SseEvent, undefined, undefined> {
  private results: AsyncIterator<ExecutionResult> | null = null;
  private isBegun = false;
  private isOver = false;

  constructor(
    private readonly subscriptions: GraphqlSubscriptions,
    private readonly request: unknown,
    private readonly context: RequestContext,
  ) {}

  async next(): Promise<IteratorResult<SseEvent, undefined>> {
    if (this.isOver) return ENDED;
    const result = this.isBegun
      ? await this.results?.next()
      : await this.begin();
    // Cut short meanwhile: without `complete` the client connects again.
    if (this.isOver) return ENDED;
    if (result === undefined || result.done === true) {
      this.isOver = true;
      return { done: false, value: COMPLETE };
    }
    const formatted = this.subscriptions.formatted(result.value, this.context);
    return { done: false, value: nextEvent(formatted) };
  }

  async return(): Promise<IteratorResult<SseEvent, undefined>> {
    this.isOver = true;
    await this.results?.return?.();
    return ENDED;
  }

  private async begin(): Promise<IteratorResult<ExecutionResult>> {
    this.isBegun = true;
    const begun = await this.subscriptions.begin(this.request, this.context);
    if (!("next" in begun)) return { done: false, value: begun };
    this.results = begun;
    if (this.isOver) await begun.return?.();
    return begun.next();
  }
}

const ENDED: IteratorResult<SseEvent, undefined> = {
  done: true,
  value: undefined,
};
