import { Client, Pool, type Dispatcher } from "undici";

/** A complete HTTP answer of the vendor. */
export interface UpstreamReply {
  readonly httpStatus: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/**
 * A call without a complete answer. Holds no URL, no header, no body.
 *
 * `sent` is false only where it is proven that not one byte of the request
 * left: then nothing can have happened.
 */
export class TransportError extends Error {
  constructor(
    readonly wasSent: boolean,
    readonly reason: string,
    /** Whether a timer of ours ended the call. */
    readonly isTimeout = false,
  ) {
    super(`no answer from upstream: ${reason}`);
    this.name = "TransportError";
  }
}

/** Limits of the transport, in milliseconds and bytes. */
export interface TransportLimits {
  readonly connections: number;
  readonly connectTimeoutMs: number;
  readonly maxBodyBytes: number;
}

/** Figures of the reliability policy, section 1.2. */
export const TRANSPORT_LIMITS: TransportLimits = {
  connections: 64,
  connectTimeoutMs: 2_000,
  maxBodyBytes: 1024 * 1024,
};

/**
 * Sends signed forms to one endpoint over a bounded pool of kept-alive
 * connections. Never follows a redirect, never decodes a body, never repeats.
 */
export class UpstreamTransport {
  private readonly origin: string;
  private readonly options: Client.Options;
  private readonly pool: Pool;

  constructor(endpoint: string, limits: TransportLimits = TRANSPORT_LIMITS) {
    this.origin = new URL(endpoint).origin;
    this.options = {
      connect: { timeout: limits.connectTimeoutMs },
      // Below the idle limit of common load balancers, so that a socket is
      // rarely closed by the server while a call is on its way.
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
   * @param timeoutMs bound for the whole call, the body included
   * @param fresh on a connection of its own: a kept-alive one may have been
   *   closed by the server, which cannot be told from a lost answer
   * @throws {TransportError} always of this class
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

  /** Closes idle connections and lets running calls finish. */
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
 * One call on its way. Settles once, whichever comes first: the whole answer,
 * a failure, or the end of its time.
 *
 * Stands below `request()` and its streams, because an answer is small and is
 * needed whole; its one timer is cleared, where `AbortSignal.timeout` would
 * fire long after the answer and build an exception for each call.
 */
class Exchange implements Dispatcher.DispatchHandler {
  private readonly timer: NodeJS.Timeout;
  private controller: Dispatcher.DispatchController | null = null;
  private failure: TransportError | null = null;
  private httpStatus = 0;
  private headers: UpstreamReply["headers"] = {};
  private readonly chunks: Buffer[] = [];

  /** Monotonic time after which no byte of the request may leave. */
  private readonly endsAtMs: number;

  constructor(
    timeoutMs: number,
    private readonly resolve: (reply: UpstreamReply) => void,
    private readonly reject: (error: TransportError) => void,
  ) {
    this.endsAtMs = performance.now() + timeoutMs;
    this.timer = setTimeout(
      // Without a connection of its own not one byte has left.
      () =>
        this.abort(
          new TransportError(this.controller !== null, "TimeoutError", true),
        ),
      Math.max(1, Math.ceil(timeoutMs)),
    );
  }

  /** undici writes the request to the socket in the same turn of the event loop. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Its time ended before a connection was free, or while the process was
    // stopped, which the timer has not noticed yet: it is not sent.
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
    // A request starts once its connection stands, TLS included. From then on
    // bytes may have left, whatever the error: EHOSTUNREACH and ENETUNREACH are
    // also raised by an established connection whose route is lost.
    this.reject(
      this.failure ?? toTransportError(error, this.controller !== null),
    );
  }

  private abort(failure: TransportError): void {
    this.failure = failure;
    this.controller?.abort(failure);
    // What waits for a connection has nothing to abort yet.
    this.reject(failure);
  }
}

function toTransportError(error: unknown, hasStarted: boolean): TransportError {
  return error instanceof TransportError
    ? error
    : new TransportError(hasStarted, reasonOf(error));
}

/** The error's code, else its name; told by shape, whichever realm made it. */
function reasonOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "unknown";
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (typeof code === "string") return code;
  return typeof name === "string" ? name : "unknown";
}
