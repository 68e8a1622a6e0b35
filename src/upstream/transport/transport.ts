import { Client, Pool, type buildConnector, type Dispatcher } from "undici";

/** A complete HTTP response of the vendor. */
export interface UpstreamReply {
  readonly httpStatus: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/**
 * A call without a complete response. Contains no URL, header or body.
 *
 * `wasSent` is false only if certainly no byte of the request was sent: then the
 * vendor cannot have carried it out.
 */
export class TransportError extends Error {
  constructor(
    readonly wasSent: boolean,
    readonly reason: string,
    /** Whether the timeout ended the call. */
    readonly isTimeout = false,
  ) {
    super(`no response from upstream: ${reason}`);
    this.name = "TransportError";
  }
}

/** Limits of the transport, in milliseconds and bytes. */
export interface TransportLimits {
  readonly connections: number;
  readonly connectTimeoutMs: number;
  readonly maxBodyBytes: number;
}

/** Default limits; our choice, because the vendor documents none. */
export const TRANSPORT_LIMITS: TransportLimits = {
  connections: 64,
  connectTimeoutMs: 2_000,
  maxBodyBytes: 1024 * 1024,
};

/**
 * Sends signed forms to one endpoint over a bounded pool of kept-alive
 * connections. Never follows redirects, decodes content encodings or retries.
 */
export class UpstreamTransport {
  private readonly origin: string;
  private readonly options: Client.Options;
  private readonly pool: Pool;

  /**
   * @param connector establishes connections, for example through a proxy. It must call
   *   back only when a request can be sent, and within the connect timeout.
   */
  constructor(
    endpoint: string,
    limits: TransportLimits = TRANSPORT_LIMITS,
    connector?: buildConnector.connector,
  ) {
    this.origin = new URL(endpoint).origin;
    this.options = {
      connect: connector ?? { timeout: limits.connectTimeoutMs },
      // Below the idle timeout of common load balancers, so that the server rarely
      // closes a socket while a request is being sent.
      keepAliveTimeout: 4_000,
      keepAliveMaxTimeout: 4_000,
      maxResponseSize: limits.maxBodyBytes,
      maxHeaderSize: 16 * 1024,
    };
    this.pool = new Pool(this.origin, {
      ...this.options,
      connections: limits.connections,
    });
  }

  /**
   * @param timeoutMs limit of the whole call, the response body included
   * @param fresh uses a new connection: if the server closed a kept-alive one, this
   *   cannot be distinguished from a lost response
   * @throws {TransportError} always this class
   */
  async post(
    form: string,
    timeoutMs: number,
    fresh = false,
  ): Promise<UpstreamReply> {
    if (!fresh) return this.send(this.pool, form, timeoutMs);
    const client = new Client(this.origin, this.options);
    try {
      return await this.send(client, form, timeoutMs);
    } finally {
      void client.destroy();
    }
  }

  private send(
    dispatcher: Dispatcher,
    form: string,
    timeoutMs: number,
  ): Promise<UpstreamReply> {
    return new Promise((resolve, reject) => {
      dispatcher.dispatch(
        { path: "/", method: "POST", headers: HEADERS, body: form },
        new Exchange(timeoutMs, resolve, reject),
      );
    });
  }

  /** Waits for running calls, then closes all connections. */
  async close(): Promise<void> {
    await this.pool.close();
  }
}

/** Headers of every call. */
const HEADERS = {
  "content-type": "application/x-www-form-urlencoded",
  "accept-encoding": "identity",
  accept: "application/json",
};

/**
 * One call in progress. Settles once: on the complete response, a failure or the
 * timeout.
 *
 * Uses `dispatch` instead of `request()` and its streams, because responses are
 * small and needed as a whole. Clears its timer, whereas `AbortSignal.timeout` would
 * fire after the response and create an exception for each call.
 */
class Exchange implements Dispatcher.DispatchHandler {
  private readonly timer: NodeJS.Timeout;
  private controller: Dispatcher.DispatchController | null = null;
  private failure: TransportError | null = null;
  private httpStatus = 0;
  private headers: UpstreamReply["headers"] = {};
  private readonly chunks: Buffer[] = [];

  /** Monotonic time after which no byte of the request may be sent. */
  private readonly endsAtMs: number;

  constructor(
    timeoutMs: number,
    private readonly resolve: (reply: UpstreamReply) => void,
    private readonly reject: (error: TransportError) => void,
  ) {
    this.endsAtMs = performance.now() + timeoutMs;
    this.timer = setTimeout(
      // Before a connection is assigned, no byte has been sent.
      () =>
        this.abort(
          new TransportError(this.controller !== null, "TimeoutError", true),
        ),
      Math.max(1, Math.ceil(timeoutMs)),
    );
  }

  /** undici writes the request to the socket in the same tick. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    // The timeout passed before a connection was free, or while the process was
    // suspended and the timer has not fired yet: do not send.
    if (this.failure === null && performance.now() >= this.endsAtMs) {
      this.failure = new TransportError(false, "TimeoutError", true);
    }
    if (this.failure !== null) {
      controller.abort(this.failure);
      return;
    }
    this.controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    httpStatus: number,
    headers: UpstreamReply["headers"],
  ): void {
    const encoding = headers["content-encoding"];
    if (encoding !== undefined && encoding !== "identity") {
      this.abort(new TransportError(true, "encoded-body"));
      return;
    }
    this.httpStatus = httpStatus;
    this.headers = headers;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    clearTimeout(this.timer);
    const { httpStatus, headers, chunks } = this;
    const [first] = chunks;
    const body =
      first !== undefined && chunks.length === 1
        ? first
        : Buffer.concat(chunks);
    this.resolve({ httpStatus, headers, body: body.toString("utf8") });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    clearTimeout(this.timer);
    // A request starts once its connection is established, TLS included. From then
    // on bytes may have been sent, whatever the error: an established connection
    // whose route is lost also raises EHOSTUNREACH and ENETUNREACH.
    this.reject(
      this.failure ?? toTransportError(error, this.controller !== null),
    );
  }

  private abort(failure: TransportError): void {
    this.failure = failure;
    this.controller?.abort(failure);
    // A call that still waits for a connection has no controller to abort.
    this.reject(failure);
  }
}

function toTransportError(error: unknown, hasStarted: boolean): TransportError {
  return error instanceof TransportError
    ? error
    : new TransportError(hasStarted, reasonOf(error));
}

/** The error's code, else its name. No `instanceof`: it may come from another realm. */
function reasonOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "unknown";
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (typeof code === "string") return code;
  return typeof name === "string" ? name : "unknown";
}
