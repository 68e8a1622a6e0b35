import type { ApolloServerPlugin } from "@apollo/server";
import type { RequestContext } from "../context/request-context.js";

/** Request header that enables the cost report. */
const COST_HEADER = "x-cost";

/**
 * Adds `extensions.cost` to the response when the request has `X-Cost: 1`. The
 * cost is the number of points taken from the caller's rate limit: 1 for the
 * request and 1 for each upstream call. It also states how many calls the request
 * needed, what saved the others, and the age of the oldest read in milliseconds.
 */
export const costReporting: ApolloServerPlugin<RequestContext> = {
  requestDidStart: ({ request }) =>
    request.http?.headers.get(COST_HEADER) === "1" ? reporting : done,
};

const done = Promise.resolve();

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
      const { upstreamCalls, requestedCalls = 0, remaining = null } = usage;
      const cost = {
        points: 1 + upstreamCalls,
        upstreamCalls,
        requestedCalls,
        savedCalls: usage.saved ?? { cache: 0, inFlight: 0, list: 0 },
        ageMs: Math.ceil(usage.readAgeMs ?? 0),
        remaining,
      };
      result.extensions = { ...result.extensions, cost };
    }
    return done;
  },
});
