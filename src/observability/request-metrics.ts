import type { FastifyInstance } from "fastify";
import type { ErrorCode } from "../errors/error-codes.js";
import { isGraphqlRoute } from "../http/routes.js";
import { OPERATIONS } from "../upstream/operations.js";
import type { Metrics } from "./metrics.js";
import type { Count, Spread } from "./counters.js";

/** Where a request came in; `none`: at no address that exists. */
export type MeteredDoor =
  "graphql" | "rest" | "stream" | "websocket" | "page" | "none";

/** Where an answer lasts as long as its reader likes, which is nobody's delay. */
const LASTING: ReadonlySet<MeteredDoor> = new Set(["stream", "websocket"]);

declare module "fastify" {
  interface FastifyContextConfig {
    /** Counts the requests of this route; null: one meter per GraphQL operation. */
    meter?: RequestMeter | null;
  }
}

/** Counts the requests of one operation at one door. */
export class RequestMeter {
  private readonly fine: Count;
  private readonly failed = new Map<ErrorCode, Count>();
  private readonly seconds: Spread | null;

  constructor(
    private readonly metrics: Pick<Metrics, "requests" | "requestSeconds">,
    private readonly door: MeteredDoor,
    private readonly operation: string,
  ) {
    this.fine = metrics.requests.of(door, operation, "OK");
    this.seconds = LASTING.has(door)
      ? null
      : metrics.requestSeconds.of(door, operation);
  }

  add(seconds: number, code: ErrorCode | undefined): void {
    const count = code === undefined ? this.fine : this.failures(code);
    count.n += 1;
    this.seconds?.add(seconds);
  }

  private failures(code: ErrorCode): Count {
    let count = this.failed.get(code);
    if (count === undefined) {
      count = this.metrics.requests.of(this.door, this.operation, code);
      this.failed.set(code, count);
    }
    return count;
  }
}

/** The meters in use, made when they are first asked for. */
export class RequestMeters {
  private readonly meters = new Map<string, RequestMeter>();

  constructor(
    private readonly metrics: Pick<Metrics, "requests" | "requestSeconds">,
  ) {}

  of(door: MeteredDoor, operation: string): RequestMeter {
    const key = `${door} ${operation}`;
    let meter = this.meters.get(key);
    if (meter === undefined) {
      meter = new RequestMeter(this.metrics, door, operation);
      this.meters.set(key, meter);
    }
    return meter;
  }
}

/**
 * Counts every request once it is answered. What can be known of a route is
 * looked up when it is declared.
 */
export function measureRequests(
  fastify: FastifyInstance,
  metrics: Pick<Metrics, "replays">,
  meters: RequestMeters,
): void {
  const nowhere = meters.of("none", "none");
  fastify.addHook("onRoute", (route) => {
    const { url, config } = route;
    // GraphQL names its operation in the body.
    const meter = isGraphqlRoute(url)
      ? null
      : meters.of(doorOf(url, config?.rights), wordOf(url, config?.rights));
    route.config = { ...config, meter };
  });
  fastify.addHook("onResponse", (request, reply, done) => {
    const { callContext } = request;
    // Without a context the request was refused before the first hook ran.
    if (callContext !== undefined) {
      const { usage, startedAtMs, idempotency } = callContext;
      const { meter = nowhere } = request.routeOptions.config;
      const mine =
        meter ??
        meters.of(
          doorOf(request.routeOptions.url ?? "", undefined),
          usage.operation ?? "none",
        );
      mine.add(
        (performance.now() - startedAtMs) / 1_000,
        reply.failureCode ?? usage.failureCode,
      );
      if (idempotency?.isReplayed === true) {
        const operation = usage.operation ?? wordOf(...routeOf(request));
        metrics.replays.of(operation).n += 1;
      }
    }
    done();
  });
}

function routeOf({
  routeOptions: { url = "", config },
}: {
  readonly routeOptions: {
    readonly url?: string;
    readonly config: { readonly rights?: string };
  };
}): [string, string | undefined] {
  return [url, config.rights];
}

function isOperation(rights: string | undefined): rights is string {
  return rights !== undefined && Object.hasOwn(OPERATIONS, rights);
}

function doorOf(url: string, rights: string | undefined): MeteredDoor {
  if (url === "/graphql/stream" || url.endsWith("/events")) return "stream";
  return isGraphqlRoute(url)
    ? "graphql"
    : isOperation(rights)
      ? "rest"
      : "page";
}

/** The same words as in the GraphQL door, where a route serves an operation. */
function wordOf(url: string, rights: string | undefined): string {
  if (!isOperation(rights)) return "none";
  return url.endsWith("/batch-update") ? `${rights}s` : rights;
}
