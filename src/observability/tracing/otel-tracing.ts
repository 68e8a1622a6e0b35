import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as delay } from "node:timers/promises";
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
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Sampler,
  type SpanExporter,
} from "@opentelemetry/sdk-trace";
import type { FastifyInstance } from "fastify";
import type { Headers } from "../../access/credential.js";
import type { Config } from "../../config/config.js";
import { pairsOf } from "../../config/telemetry/pairs.js";
import type {
  RequestContext,
  RequestTrace,
} from "../../context/request-context.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { ERRORS } from "../../errors/error-table.js";
import { GatewayError } from "../../errors/gateway-error.js";
import { actionOf, type Operation } from "../../upstream/operations.js";
import type { AttemptRecord } from "../../upstream/upstream-observer.js";
import type { ExportStatus, MakeExporter } from "./trace-export.js";
import type { Tracing } from "./tracing.js";

/** Time to export the last spans at shutdown; they are lost if it takes longer. */
const CLOSE_TIMEOUT_MS = 2_000;

const SERVICE_NAME = "message-contacts-gateway";

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

  private readonly continuesTraces: boolean;

  constructor(
    private readonly exporter: SpanExporter & { readonly status: ExportStatus },
    config: Config,
  ) {
    this.continuesTraces = config.OTEL_PROPAGATORS.includes("tracecontext");
    this.provider = new TracerProvider({
      resource: resourceFromAttributes(resourceOf(config)),
      sampler: samplerOf(config),
      spanProcessors: [
        new BatchSpanProcessor({
          exporter,
          scheduledDelayMillis: config.OTEL_BSP_SCHEDULE_DELAY,
          exportTimeoutMillis: config.OTEL_BSP_EXPORT_TIMEOUT,
          maxQueueSize: config.OTEL_BSP_MAX_QUEUE_SIZE,
          maxExportBatchSize: config.OTEL_BSP_MAX_EXPORT_BATCH_SIZE,
        }),
      ],
    });
    this.tracer = this.provider.getTracer(SERVICE_NAME);
  }

  get exportStatus(): ExportStatus {
    return this.exporter.status;
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
    const limit = new AbortController();
    await Promise.race([
      this.provider.shutdown().catch(() => undefined),
      delay(CLOSE_TIMEOUT_MS, undefined, limit).catch(() => undefined),
    ]);
    limit.abort();
  }

  /** Starts a server span, as a child of the caller's trace if the headers name one. */
  private spanOf(
    name: string,
    headers: Headers,
    attributes: Readonly<Record<string, string>>,
  ): RequestSpan {
    const caller = this.continuesTraces
      ? this.propagator.extract(ROOT_CONTEXT, headers, TRACEPARENT_ONLY)
      : ROOT_CONTEXT;
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

/** Attributes of the process. `OTEL_SERVICE_NAME` overrides `service.name`. */
function resourceOf(config: Config): Readonly<Record<string, string>> {
  const { OTEL_SERVICE_NAME: name } = config;
  return {
    "service.name": SERVICE_NAME,
    ...pairsOf(config.OTEL_RESOURCE_ATTRIBUTES),
    ...(name === undefined ? {} : { "service.name": name }),
  };
}

function samplerOf(config: Config): Sampler {
  const { OTEL_TRACES_SAMPLER: name } = config;
  const kind = name.replace("parentbased_", "");
  const root =
    kind === "always_on"
      ? new AlwaysOnSampler()
      : kind === "always_off"
        ? new AlwaysOffSampler()
        : new TraceIdRatioBasedSampler(
            Number(config.OTEL_TRACES_SAMPLER_ARG ?? "1"),
          );
  return kind === name ? root : new ParentBasedSampler({ root });
}

export const makeExporter: MakeExporter = (protocol, options) =>
  protocol === "http/protobuf"
    ? new ProtobufExporter(options)
    : new JsonExporter(options);
