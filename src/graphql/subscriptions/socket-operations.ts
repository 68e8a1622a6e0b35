import type { AccessControl } from "../../access/access-control.js";
import type { Headers } from "../../access/credential.js";
import {
  openContext,
  recordFailure,
  type OpenContext,
  type RequestContext,
  type RequestTrace,
} from "../../context/request-context.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import type { Logger } from "../../logging/logger.js";
import {
  busyError,
  type AdmissionController,
} from "../../http/load-shedding.js";
import { asGatewayError } from "../../http/errors/http-errors.js";
import { logRequest } from "../../logging/request-line.js";
import type { ClientView } from "../../proxies/client-view.js";

/** Metrics and traces of operations over WebSocket, which are not HTTP requests. */
export interface OperationObserver {
  /** Starts the trace of an operation; undefined when tracing is off. */
  startTrace(headers: Headers): RequestTrace | undefined;
  /** Counts an operation that has ended, and ends its trace. */
  recordOperation(context: RequestContext): void;
}

/** Injection token of the observer. */
export const OPERATION_OBSERVER = Symbol("OperationObserver");

/** Connection data of an operation. */
export interface SocketHead {
  /** Headers of the upgrade request, merged with `connectionParams`. */
  readonly headers: Headers;
  /** `IncomingMessage.rawHeaders` of the upgrade request. */
  readonly rawHeaders: readonly string[];
  /** The upgrade request as its client sent it. */
  readonly view: ClientView;
  /** Whether the connection has closed. */
  readonly isGone: () => boolean;
}

/** Operation name of `connection_init` in logs and metrics. */
const CONNECT = "connect";

/** One operation over a WebSocket, from its admission to its end. */
export interface SocketOperation {
  readonly context: RequestContext;
  /** The error of a rejected operation; null when it may be executed. */
  readonly refusal: GatewayError | null;
  /** Releases the request slot once the operation streams results. */
  streams(): void;
  /** Logs, counts and charges the operation, once. */
  end(): void;
}

/**
 * Applies the checks of the HTTP request hooks to operations over WebSocket: load
 * shedding, rate limits, authentication and directory. Logging, metrics, tracing
 * and charging are also the same.
 */
export class SocketOperations {
  constructor(
    private readonly accessControl: AccessControl,
    private readonly admission: AdmissionController,
    private readonly observer: OperationObserver,
    private readonly logger: Logger,
    private readonly route: string,
  ) {}

  /** Checks the sign-in of a connection. Never rejects. */
  async connect(head: SocketHead): Promise<SocketOperation> {
    const operation = await this.open(head);
    operation.context.usage.operation = CONNECT;
    return operation;
  }

  /** Checks an operation before its execution. Never rejects. */
  async open(head: SocketHead): Promise<SocketOperation> {
    const { headers, isGone } = head;
    const trace = this.observer.startTrace(headers);
    const context = openContext(headers);
    context.isGone = isGone;
    if (trace !== undefined) context.trace = trace;
    const admitted = this.admission.tryAdmit();
    const slot = typeof admitted === "string" ? null : admitted;
    slot?.begin();
    const refusal =
      typeof admitted === "string"
        ? busyError(admitted)
        : await this.authorize(head, context);
    let isOpen = true;
    if (refusal !== null) recordFailure(context.usage, refusal);
    return {
      context,
      refusal,
      streams: () => slot?.release(),
      end: () => {
        if (!isOpen) return;
        isOpen = false;
        slot?.release();
        this.accessControl.chargeUpstreamCalls(context);
        this.observer.recordOperation(context);
        logRequest(this.logger, context, {
          protocol: "websocket",
          route: this.route,
          address: head.view.address,
        });
      },
    };
  }

  /** Authorizes the operation and sets the caller and directory of its context. */
  private async authorize(
    { headers, rawHeaders, view }: SocketHead,
    context: OpenContext,
  ): Promise<GatewayError | null> {
    try {
      const grant = await this.accessControl.authorize({
        headers,
        rawHeaders,
        view,
        rights: "fields",
        setHeader: () => undefined,
        onCaller: (caller) => {
          context.caller = caller;
        },
      });
      context.caller = grant.caller;
      context.directory = grant.directory;
      context.usage.remaining = grant.remaining;
      return null;
    } catch (reason) {
      const error = asGatewayError(reason);
      if (error.code === ErrorCode.INTERNAL) this.logger.fault(reason, context);
      return error;
    }
  }
}
