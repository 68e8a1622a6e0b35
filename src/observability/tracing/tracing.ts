import type { FastifyInstance } from "fastify";
import type { Headers } from "../../access/credential.js";
import type {
  RequestContext,
  RequestTrace,
} from "../../context/request-context.js";
import type {
  AttemptRecord,
  UpstreamTracer,
} from "../../upstream/upstream-observer.js";
import type { ExportStatus } from "./trace-export.js";

/** Traces requests and exports their spans to a collector. */
export interface Tracing extends UpstreamTracer {
  /** Status of the exports to the collector. */
  readonly exportStatus: ExportStatus;
  attempted(attempt: AttemptRecord): void;
  /** Starts the span of an operation over a WebSocket. */
  startTrace(headers: Headers): RequestTrace;
  /** Ends the span that `startTrace` started. */
  endTrace(context: RequestContext): void;
  /** Adds the hooks that start and end spans. Call before adding the request hooks. */
  addSpanHooks(fastify: FastifyInstance): void;
  /** Adds the hook that puts the trace into the request context. Call after them. */
  addContextHook(fastify: FastifyInstance): void;
  /** Exports pending spans within two seconds; never rejects. */
  close(): Promise<void>;
}
