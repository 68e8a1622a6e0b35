import type { ApolloServerPlugin } from "@apollo/server";
import type { RequestContext } from "../context/request-context.js";

/** The header by which a caller asks for the cost of a request. */
const ASKED_BY = "x-cost";

/**
 * Tells in `extensions.cost` what a request used of the caller's limit, for
 * those who ask with `X-Cost: 1`: 1 for the request and 1 for each upstream call.
 */
export const costReporting: ApolloServerPlugin<RequestContext> = {
  requestDidStart: ({ request }) =>
    request.http?.headers.get(ASKED_BY) === "1" ? reporting : nothing,
};

const nothing = Promise.resolve();

const reporting = Promise.resolve({
  willSendResponse: ({
    response,
    contextValue: { usage },
  }: {
    readonly response: { readonly body: object };
    readonly contextValue: RequestContext;
  }): Promise<void> => {
    if ("singleResult" in response.body) {
      const result = response.body.singleResult as {
        extensions?: Record<string, unknown>;
      };
      const { upstreamCalls, remaining = null } = usage;
      const cost = { points: 1 + upstreamCalls, upstreamCalls, remaining };
      result.extensions = { ...result.extensions, cost };
    }
    return nothing;
  },
});
