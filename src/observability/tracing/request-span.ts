import {
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
} from "@opentelemetry/api";
import type { RequestTrace } from "../../context/request-context.js";
import type { ErrorCode } from "../../errors/error-codes.js";
import { ERRORS } from "../../errors/error-table.js";
import {
  graphqlAttributes,
  graphqlOperationOf,
  graphqlSpanName,
} from "./span-attributes.js";

/** What is known of a request when it ends. */
export interface RequestResult {
  /** Operation name, as in the log; undefined if none is known. */
  readonly operation: string | undefined;
  readonly code: ErrorCode | undefined;
  /** Status of the HTTP response; undefined for an operation over a WebSocket. */
  readonly status?: number;
}

/**
 * Spans of a request: the one of HTTP, and below it the one of GraphQL if the request
 * reaches that API. An operation over a WebSocket has only the latter.
 */
export class RequestSpan implements RequestTrace {
  readonly traceId: string;
  private graphql: Span | null = null;

  constructor(
    private readonly http: Span | null,
    graphql: Span | null,
    /** Whether the API executes subscriptions only. */
    private readonly isStream = false,
  ) {
    this.graphql = graphql;
    this.traceId = this.parent.spanContext().traceId;
  }

  /** Parent context of child spans. */
  get context(): Context {
    return trace.setSpan(ROOT_CONTEXT, this.parent);
  }

  /** Adds the span of GraphQL, which becomes the parent of later child spans. */
  addGraphql(span: Span): void {
    this.graphql = span;
  }

  /** Ends all spans. */
  end({ operation, code, status }: RequestResult): void {
    const { graphql, http } = this;
    if (graphql !== null) {
      const named = graphqlOperationOf(operation, this.isStream);
      graphql.updateName(
        operation === "connect" ? "connect" : graphqlSpanName(named),
      );
      graphql.setAttributes(graphqlAttributes(named));
      finish(graphql, operation, code, code !== undefined && isFault(code));
    }
    if (http === null) return;
    if (status !== undefined) {
      http.setAttribute("http.response.status_code", status);
    }
    // Over GraphQL the status of an error is 200: the span of GraphQL has the error.
    const hasFailed = status !== undefined && status >= 500;
    if (hasFailed) http.setAttribute("error.type", code ?? String(status));
    finish(http, operation, code, hasFailed);
  }

  private get parent(): Span {
    const span = this.graphql ?? this.http;
    if (span === null) throw new Error("a request has at least one span");
    return span;
  }
}

/** Whether a code means that the service failed, not the request. */
function isFault(code: ErrorCode): boolean {
  return ERRORS[code].httpStatus >= 500;
}

function finish(
  span: Span,
  operation: string | undefined,
  code: ErrorCode | undefined,
  hasFailed: boolean,
): void {
  if (operation !== undefined) {
    span.setAttribute("message_contacts.operation", operation);
  }
  if (code !== undefined) setErrorCode(span, code, hasFailed);
  else if (hasFailed) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/**
 * Sets the error code, and the error status if the span has failed. By default it has
 * failed unless the caller caused the error.
 */
export function setErrorCode(
  span: Span,
  code: ErrorCode,
  hasFailed = isFault(code),
): void {
  span.setAttribute("message_contacts.code", code);
  if (!hasFailed) return;
  span.setAttribute("error.type", code);
  span.setStatus({ code: SpanStatusCode.ERROR });
}
