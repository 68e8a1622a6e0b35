import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
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
import {
  defaultResource,
  resourceFromAttributes,
} from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  TracerProvider,
  type SpanExporter,
} from "@opentelemetry/sdk-trace";
import type { FastifyInstance } from "fastify";
import type { Headers } from "../../access/credential.js";
import type { Config } from "../../config/config.js";
import { packageVersion } from "../../config/version.js";
import { pairsOf } from "../../config/telemetry/pairs.js";
import type {
  RequestContext,
  RequestTrace,
} from "../../context/request-context.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import { isGraphqlRoute } from "../../http/routes.js";
import { actionOf, type Operation } from "../../upstream/operations.js";
import type { AttemptRecord } from "../../upstream/upstream-observer.js";
import type { ExportStatus, MakeExporter } from "./trace-export.js";
import { RequestSpan, setErrorCode } from "./request-span.js";
import { samplerOf } from "./sampler.js";
import { ServerAddresses } from "./server-addresses.js";
import {
  addressAttributes,
  attemptAttributes,
  clientAttributes,
  graphqlSpanName,
  serverAttributes,
  serverSpanName,
  type Attributes,
} from "./span-attributes.js";
import type { Tracing } from "./tracing.js";

/** Time to export the last spans at shutdown; they are lost if it takes longer. */
const CLOSE_TIMEOUT_MS = 2_000;

const SERVICE_NAME = "message-contacts-gateway";

/** Name of a GraphQL span until its operation is known. */
const UNNAMED = graphqlSpanName(null);

/** Route of subscriptions over server-sent events. */
const STREAM_ROUTE = "/graphql/stream";

/** Current operation: its span, its directory, and how often each action was sent. */
interface RunningOperation {
  readonly span: Span;
  readonly directory: string;
  readonly sends: Map<Operation, number>;
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
 * Creates spans of the request (HTTP, and below it GraphQL), of its upstream operations,
 * and of the attempts of each operation. Names and attributes follow the semantic
 * conventions of OpenTelemetry. Attributes are values of closed lists and of the
 * configuration, route patterns, ids of contacts, vendor codes and vendor request ids,
 * never other text from the caller. The trace context is not propagated to the vendor.
 */
export class OtelTracing implements Tracing {
  private readonly provider: TracerProvider;
  private readonly tracer: Tracer;
  private readonly propagator = new W3CTraceContextPropagator();
  private readonly servers: ServerAddresses;
  /** Current operation or attempt; private, so no global context manager is set. */
  private readonly running = new AsyncLocalStorage<RunningOperation>();

  private readonly continuesTraces: boolean;

  constructor(
    private readonly exporter: SpanExporter & { readonly status: ExportStatus },
    config: Config,
  ) {
    this.servers = new ServerAddresses(config);
    this.continuesTraces = config.OTEL_PROPAGATORS.includes("tracecontext");
    this.provider = new TracerProvider({
      resource: defaultResource().merge(
        resourceFromAttributes(resourceOf(config)),
      ),
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
      const { method, headers, params, routeOptions, raw } = request;
      const { httpVersion } = raw;
      const about = { method, route: routeOptions.url, params, httpVersion };
      const span = this.serverSpan(
        serverSpanName(about),
        serverAttributes(about, this.servers.own),
        this.callerContext(headers),
      );
      const isStream = routeOptions.url === STREAM_ROUTE;
      request.trace = new RequestSpan(span, null, isStream);
      done();
    });
    fastify.addHook(
      "onResponse",
      ({ trace: requestTrace, callContext }, reply, done) => {
        if (requestTrace instanceof RequestSpan) {
          const { operation, failureCode: code } = callContext?.usage ?? {};
          requestTrace.end({ operation, code, status: reply.statusCode });
        }
        done();
      },
    );
  }

  addContextHook(fastify: FastifyInstance): void {
    fastify.addHook("onRequest", (request, _reply, done) => {
      const { trace: requestTrace, callContext, routeOptions } = request;
      if (requestTrace instanceof RequestSpan) {
        if (isGraphqlRoute(routeOptions.url)) {
          const { context } = requestTrace;
          requestTrace.addGraphql(this.serverSpan(UNNAMED, {}, context));
        }
        callContext.trace = requestTrace;
      }
      done();
    });
  }

  startTrace(headers: Headers): RequestTrace {
    const attributes = {
      ...addressAttributes(this.servers.own),
      "network.protocol.name": "websocket",
    };
    const parent = this.callerContext(headers);
    return new RequestSpan(
      null,
      this.serverSpan(UNNAMED, attributes, parent),
      true,
    );
  }

  endTrace({ trace: requestTrace, usage }: RequestContext): void {
    if (!(requestTrace instanceof RequestSpan)) return;
    const { operation, failureCode: code } = usage;
    requestTrace.end({ operation, code });
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
    return within({ span, directory, sends: new Map() }, this.running, run);
  }

  attempt<T>(operation: Operation, run: () => Promise<T>): Promise<T> {
    const parent = this.running.getStore();
    if (parent === undefined) return run();
    const { directory, sends } = parent;
    const vendor = this.servers.vendorOf(directory);
    const earlier = sends.get(operation) ?? 0;
    sends.set(operation, earlier + 1);
    const span = this.tracer.startSpan(
      `POST ${actionOf(operation)}`,
      {
        kind: SpanKind.CLIENT,
        attributes: vendor === null ? {} : clientAttributes(vendor, earlier),
      },
      trace.setSpan(ROOT_CONTEXT, parent.span),
    );
    return within({ span, directory, sends }, this.running, run);
  }

  bindContext<T>(run: () => T): () => T {
    return AsyncLocalStorage.bind(run);
  }

  attempted(attempt: AttemptRecord): void {
    const running = this.running.getStore();
    if (running === undefined) return;
    running.span.setAttributes(attemptAttributes(attempt));
    if (attempt.kind !== "answered") {
      running.span.setStatus({ code: SpanStatusCode.ERROR });
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

  /** The caller's trace, if the headers name one and it is continued. */
  private callerContext(headers: Headers): Context {
    return this.continuesTraces
      ? this.propagator.extract(ROOT_CONTEXT, headers, TRACEPARENT_ONLY)
      : ROOT_CONTEXT;
  }

  private serverSpan(
    name: string,
    attributes: Attributes,
    parent: Context,
  ): Span {
    const { tracer } = this;
    return tracer.startSpan(
      name,
      { kind: SpanKind.SERVER, attributes },
      parent,
    );
  }
}

/** Runs a function inside the span of an operation or attempt, and ends the span. */
async function within<T>(
  current: RunningOperation,
  running: AsyncLocalStorage<RunningOperation>,
  run: () => Promise<T>,
): Promise<T> {
  const { span } = current;
  try {
    return await running.run(current, run);
  } catch (error) {
    const isKnown = error instanceof GatewayError;
    setErrorCode(span, isKnown ? error.code : ErrorCode.INTERNAL);
    throw error;
  } finally {
    span.end();
  }
}

/** Attributes of the process; `OTEL_RESOURCE_ATTRIBUTES` may replace them. `OTEL_SERVICE_NAME` overrides `service.name`. */
function resourceOf(config: Config): Readonly<Record<string, string>> {
  const { OTEL_SERVICE_NAME: name } = config;
  return {
    "service.name": SERVICE_NAME,
    "service.version": packageVersion(),
    "service.instance.id": randomUUID(),
    ...pairsOf(config.OTEL_RESOURCE_ATTRIBUTES),
    ...(name === undefined ? {} : { "service.name": name }),
  };
}

export const makeExporter: MakeExporter = (protocol, options) =>
  protocol === "http/protobuf"
    ? new ProtobufExporter(options)
    : new JsonExporter(options);
