import { Preflight, type AccessControl } from "../../access/access-control.js";
import type { Headers } from "../../access/credential.js";
import {
  openContext,
  type OpenContext,
  type RequestContext,
  type RequestTrace,
} from "../../context/request-context.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { ERRORS } from "../../errors/error-table.js";
import { GatewayError } from "../../errors/gateway-error.js";
import type { Logger } from "../../logging/logger.js";
import {
  OVERLOADED,
  type AdmissionController,
} from "../../http/load-shedding.js";
import { toRenderedError } from "../../http/problem-details.filter.js";

/** Observes operations that arrive over a WebSocket instead of as HTTP requests. */
export interface OperationObserver {
  /** Starts the trace of an operation; undefined while traces are off. */
  began(headers: Headers): RequestTrace | undefined;
  /** Counts an operation that has ended, and ends its trace. */
  ended(context: RequestContext): void;
}

/** Token of the observer in use. */
export const OPERATION_OBSERVER = Symbol("OperationObserver");

/** What an operation comes with. */
export interface SocketHead {
  /** Headers of the upgrade, completed from `connectionParams`. */
  readonly headers: Headers;
  /** Header names and values of the upgrade in turn, as received. */
  readonly rawHeaders: readonly string[];
  readonly address: string;
  /** Whether the connection has closed. */
  readonly isGone: () => boolean;
}

/** Operation name of the sign-in of a connection, in the log and metrics. */
const CONNECT = "connect";

/** One operation over a WebSocket, from its admission to its end. */
export interface SocketOperation {
  readonly context: RequestContext;
  /** Why the operation must not be executed; null when it was admitted. */
  readonly refusal: GatewayError | null;
  /** The operation has begun to send results: it no longer counts as in work. */
  streams(): void;
  /** Logs, counts and charges the operation, once. */
  end(): void;
}

/**
 * Admits operations over WebSockets as the request hooks admit HTTP requests:
 * load shedding, limits, credential, directory; and logs, counts, traces and
 * charges them in the same way.
 */
export class SocketOperations {
  constructor(
    private readonly gate: AccessControl,
    private readonly intake: AdmissionController,
    private readonly observer: OperationObserver,
    private readonly logger: Logger,
    private readonly route: string,
  ) {}

  /** Admits the sign-in of a connection. Never rejects. */
  async connect(head: SocketHead): Promise<SocketOperation> {
    const operation = await this.open(head);
    operation.context.usage.operation = CONNECT;
    return operation;
  }

  /** Admits an operation. Never rejects. */
  async open(head: SocketHead): Promise<SocketOperation> {
    const { headers, isGone } = head;
    const trace = this.observer.began(headers);
    const context = openContext(headers);
    context.isGone = isGone;
    if (trace !== undefined) context.trace = trace;
    const place = this.intake.tryAdmit();
    place?.begin();
    const refusal =
      place === null
        ? new GatewayError(ErrorCode.GATEWAY_BUSY, OVERLOADED)
        : await this.admit(head, context);
    let isOpen = true;
    if (refusal !== null) context.usage.failureCode = refusal.code;
    return {
      context,
      refusal,
      streams: () => place?.release(),
      end: () => {
        if (!isOpen) return;
        isOpen = false;
        place?.release();
        this.gate.chargeUpstreamCalls(context);
        this.observer.ended(context);
        this.log(context);
      },
    };
  }

  /** Completes the context of an admitted operation. */
  private async admit(
    { headers, rawHeaders, address }: SocketHead,
    context: OpenContext,
  ): Promise<GatewayError | null> {
    try {
      const verdict = await this.gate.authorize({
        method: "GET",
        headers,
        rawHeaders,
        address,
        rights: "fields",
        setHeader: () => undefined,
        onCaller: (caller) => {
          context.caller = caller;
        },
      });
      if (verdict instanceof Preflight) {
        return new GatewayError(ErrorCode.BAD_REQUEST);
      }
      context.caller = verdict.caller;
      context.directory = verdict.directory;
      context.usage.remaining = verdict.remaining;
      return null;
    } catch (reason) {
      const { error } = toRenderedError(reason);
      if (error.code === ErrorCode.INTERNAL) this.logger.fault(reason, context);
      return error;
    }
  }

  private log({
    requestId,
    trace,
    usage,
    caller,
    startedAtMs,
  }: RequestContext): void {
    const { failureCode: code, operation, upstreamCalls } = usage;
    const level = code === undefined ? "info" : ERRORS[code].logLevel;
    if (!this.logger.writes(level)) return;
    const hasCalled = upstreamCalls > 0;
    this.logger.log(level, "request", {
      requestId,
      traceId: trace?.traceId,
      door: "websocket",
      route: this.route,
      code,
      operation,
      upstreamCalls: hasCalled ? upstreamCalls : undefined,
      upstreamRequestId: hasCalled ? usage.upstreamRequestId : undefined,
      caller: caller.id,
      durationMs: Math.round(performance.now() - startedAtMs),
    });
  }
}
