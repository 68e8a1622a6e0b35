import { AsyncLocalStorage } from "node:async_hooks";
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type TextMapGetter,
  type Tracer,
} from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { FastifyInstance } from "fastify";
import type { Headers } from "../access/credential.js";
import type { Config } from "../config/config.js";
import type {
  RequestContext,
  RequestTrace,
} from "../context/request-context.js";
import { ErrorCode } from "../errors/error-codes.js";
import { ERRORS } from "../errors/error-table.js";
import { GatewayError } from "../errors/gateway-error.js";
import { actionOf, type Operation } from "../upstream/operations.js";
import type { AttemptRecord } from "../upstream/upstream-observer.js";
import type { Tracing } from "./tracing.js";

/** Longest wait for a collector, at the end of the process as well. */
const EXPORT_TIMEOUT_MS = 2_000;

/** The span of a request, and with it where other spans hang. */
class RequestSpan implements RequestTrace {
  readonly traceId: string;
  /** What child spans are started in. */
  readonly inside: Context;

  constructor(readonly span: Span) {
    this.traceId = span.spanContext().traceId;
    this.inside = trace.setSpan(ROOT_CONTEXT, span);
  }
}

/**
 * Reads `traceparent` alone. `tracestate` is free text of the caller, which would
 * be sent to the collector with each span.
 */
const FROM_HEADERS: TextMapGetter<Headers> = {
  keys: () => ["traceparent"],
  get: ({ traceparent }, name) =>
    name === "traceparent" ? traceparent : undefined,
};

/**
 * Three kinds of hand-made spans: the request, each operation it asks of the
 * vendor, each attempt of that. Attributes are words of closed lists, patterns
 * of routes, vendor codes and RequestIds: nothing that a caller typed. The
 * vendor is not told of the trace.
 */
export class OtelTracing implements Tracing {
  private readonly provider: TracerProvider;
  private readonly tracer: Tracer;
  private readonly propagator = new W3CTraceContextPropagator();
  /** The operation or attempt that runs; own, so that nothing global is set. */
  private readonly running = new AsyncLocalStorage<Span>();

  constructor(collector: string, config: Config) {
    const exporter = new OTLPTraceExporter({
      url: `${collector}/v1/traces`,
      headers: headersOf(config.OTEL_EXPORTER_OTLP_HEADERS),
      timeoutMillis: EXPORT_TIMEOUT_MS,
    });
    this.provider = new TracerProvider({
      resource: resourceFromAttributes({
        "service.name": config.OTEL_SERVICE_NAME,
      }),
      sampler: new ParentBasedSampler({
        root: new TraceIdRatioBasedSampler(
          Number(config.OTEL_TRACES_SAMPLER_ARG),
        ),
      }),
      spanProcessors: [
        new BatchSpanProcessor({
          exporter,
          exportTimeoutMillis: EXPORT_TIMEOUT_MS,
        }),
      ],
    });
    this.tracer = this.provider.getTracer("message-contacts-gateway");
  }

  beforeFrontDoor(fastify: FastifyInstance): void {
    fastify.addHook("onRequest", (request, _reply, done) => {
      const { method, headers } = request;
      const route = request.routeOptions.url ?? "none";
      request.trace = this.spanOf(`${method} ${route}`, headers, {
        "http.request.method": method,
        "http.route": route,
      });
      done();
    });
    fastify.addHook(
      "onResponse",
      ({ trace: mine, callContext }, reply, done) => {
        if (mine instanceof RequestSpan) {
          const { operation, failureCode } = callContext?.usage ?? {};
          mine.span.setAttribute("http.response.status_code", reply.statusCode);
          finish(mine.span, operation, reply.failureCode ?? failureCode);
        }
        done();
      },
    );
  }

  afterFrontDoor(fastify: FastifyInstance): void {
    fastify.addHook("onRequest", (request, _reply, done) => {
      const { trace: mine, callContext } = request;
      if (mine !== undefined) callContext.trace = mine;
      done();
    });
  }

  began(headers: Headers): RequestTrace {
    return this.spanOf("WEBSOCKET /graphql", headers, {
      "http.route": "/graphql",
      "network.protocol.name": "websocket",
    });
  }

  ended({ trace: mine, usage }: RequestContext): void {
    if (!(mine instanceof RequestSpan)) return;
    finish(mine.span, usage.operation, usage.failureCode);
  }

  operation<T>(
    operation: Operation,
    { trace: parent, directory }: RequestContext,
    run: () => Promise<T>,
  ): Promise<T> {
    if (!(parent instanceof RequestSpan)) return run();
    const attributes = { "message_contacts.directory": directory };
    const span = this.tracer.startSpan(
      operation,
      { attributes },
      parent.inside,
    );
    return this.within(span, run);
  }

  attempt<T>(operation: Operation, run: () => Promise<T>): Promise<T> {
    const parent = this.running.getStore();
    if (parent === undefined) return run();
    const span = this.tracer.startSpan(
      `attempt ${actionOf(operation)}`,
      { kind: SpanKind.CLIENT },
      trace.setSpan(ROOT_CONTEXT, parent),
    );
    return this.within(span, run);
  }

  bindContext<T>(run: () => T): () => T {
    return AsyncLocalStorage.bind(run);
  }

  attempted({ kind, outcome, upstreamRequestId }: AttemptRecord): void {
    const span = this.running.getStore();
    if (span === undefined) return;
    span.setAttribute("message_contacts.outcome", kind);
    span.setAttribute("message_contacts.vendor_code", outcome);
    if (upstreamRequestId !== null) {
      span.setAttribute(
        "message_contacts.vendor_request_id",
        upstreamRequestId,
      );
    }
    if (kind === "ambiguous" || kind === "not-sent") {
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
  }

  async close(): Promise<void> {
    await this.provider.shutdown().catch(() => undefined);
  }

  /** A server span under the caller's trace, if the headers name one. */
  private spanOf(
    name: string,
    headers: Headers,
    attributes: Readonly<Record<string, string>>,
  ): RequestSpan {
    const caller = this.propagator.extract(ROOT_CONTEXT, headers, FROM_HEADERS);
    return new RequestSpan(
      this.tracer.startSpan(
        name,
        { kind: SpanKind.SERVER, attributes },
        caller,
      ),
    );
  }

  private async within<T>(span: Span, run: () => Promise<T>): Promise<T> {
    try {
      return await this.running.run(span, run);
    } catch (error) {
      mark(
        span,
        error instanceof GatewayError ? error.code : ErrorCode.INTERNAL,
      );
      throw error;
    } finally {
      span.end();
    }
  }
}

/** Ends the span of a request. */
function finish(
  span: Span,
  operation: string | undefined,
  code: ErrorCode | undefined,
): void {
  if (operation !== undefined) {
    span.setAttribute("message_contacts.operation", operation);
  }
  if (code !== undefined) mark(span, code);
  span.end();
}

/** The code, and an error status where the caller is not the one to act. */
function mark(span: Span, code: ErrorCode): void {
  span.setAttribute("message_contacts.code", code);
  if (ERRORS[code].httpStatus >= 500) {
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
}

function headersOf(pairs: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf("=");
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}
