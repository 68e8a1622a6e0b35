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

/** Timeout of an export to the collector, including the last one at shutdown. */
const EXPORT_TIMEOUT_MS = 2_000;

/** Span of a request, and the context in which its child spans start. */
class RequestSpan implements RequestTrace {
  readonly traceId: string;
  /** Parent context of child spans. */
  readonly context: Context;

  constructor(readonly span: Span) {
    this.traceId = span.spanContext().traceId;
    this.context = trace.setSpan(ROOT_CONTEXT, span);
  }
}

/**
 * Reads `traceparent` only. `tracestate` is free text from the caller and would be
 * sent to the collector with each span.
 */
const TRACEPARENT_ONLY: TextMapGetter<Headers> = {
  keys: () => ["traceparent"],
  get: ({ traceparent }, name) =>
    name === "traceparent" ? traceparent : undefined,
};

/**
 * Creates three kinds of spans: the request, its upstream operations, and the
 * attempts of each operation. Attributes are values of closed lists, route
 * patterns, vendor codes and vendor request ids, never text from the caller. The
 * trace context is not propagated to the vendor.
 */
export class OtelTracing implements Tracing {
  private readonly provider: TracerProvider;
  private readonly tracer: Tracer;
  private readonly propagator = new W3CTraceContextPropagator();
  /** Span of the current operation or attempt; private, so no global context manager is set. */
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

  addSpanHooks(fastify: FastifyInstance): void {
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
      ({ trace: requestTrace, callContext }, reply, done) => {
        if (requestTrace instanceof RequestSpan) {
          const { operation, failureCode } = callContext?.usage ?? {};
          requestTrace.span.setAttribute(
            "http.response.status_code",
            reply.statusCode,
          );
          finish(requestTrace.span, operation, failureCode);
        }
        done();
      },
    );
  }

  addContextHook(fastify: FastifyInstance): void {
    fastify.addHook("onRequest", (request, _reply, done) => {
      const { trace: requestTrace, callContext } = request;
      if (requestTrace !== undefined) callContext.trace = requestTrace;
      done();
    });
  }

  startTrace(headers: Headers): RequestTrace {
    return this.spanOf("WEBSOCKET /graphql", headers, {
      "http.route": "/graphql",
      "network.protocol.name": "websocket",
    });
  }

  endTrace({ trace: requestTrace, usage }: RequestContext): void {
    if (!(requestTrace instanceof RequestSpan)) return;
    finish(requestTrace.span, usage.operation, usage.failureCode);
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
      parent.context,
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

  /** Starts a server span, as a child of the caller's trace if the headers name one. */
  private spanOf(
    name: string,
    headers: Headers,
    attributes: Readonly<Record<string, string>>,
  ): RequestSpan {
    const caller = this.propagator.extract(
      ROOT_CONTEXT,
      headers,
      TRACEPARENT_ONLY,
    );
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
      setErrorCode(
        span,
        error instanceof GatewayError ? error.code : ErrorCode.INTERNAL,
      );
      throw error;
    } finally {
      span.end();
    }
  }
}

function finish(
  span: Span,
  operation: string | undefined,
  code: ErrorCode | undefined,
): void {
  if (operation !== undefined) {
    span.setAttribute("message_contacts.operation", operation);
  }
  if (code !== undefined) setErrorCode(span, code);
  span.end();
}

/** Sets the error code, and the error status unless the caller caused the error. */
function setErrorCode(span: Span, code: ErrorCode): void {
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
