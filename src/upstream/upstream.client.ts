import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import { isUsableAnswer } from "./answer-checks.js";
import { OPERATIONS, type Operation, type OperationRow } from "./operations.js";
import type { RpcSigner } from "./signer.js";
import { TransportError, type UpstreamReply } from "./transport.js";
import {
  rejectionClassOf,
  toGatewayError,
  type VendorErrorEnvelope,
} from "./vendor-errors.js";
import type { VendorAnswer, VendorParams } from "./vendor-types.js";

/** What the client needs of a transport; a v3-signing one can take its place. */
export interface Transport {
  post(form: string, timeoutMs: number): Promise<UpstreamReply>;
}

/** Time limits of one attempt, in milliseconds (reliability policy, 1.2). */
export interface AttemptTimeouts {
  readonly readMs: number;
  readonly writeMs: number;
}

/** Sees each finished attempt; must not throw. */
export type AttemptObserver = (attempt: {
  operation: Operation;
  durationMs: number;
  /** `OK`, the vendor's code, or the transport's reason. */
  outcome: string;
  upstreamRequestId: string | null;
}) => void;

/**
 * The one way to the vendor for one resource directory.
 *
 * Identical reads in flight are one call. A write is sent once.
 */
export class UpstreamClient {
  private readonly readsInFlight = new Map<string, Promise<unknown>>();

  constructor(
    private readonly signer: Pick<RpcSigner, "sign">,
    private readonly transport: Transport,
    private readonly timeouts: AttemptTimeouts,
    private readonly observe: AttemptObserver = () => undefined,
  ) {}

  /**
   * Sends one operation upstream and resolves with the vendor's answer, whose
   * expected members are there.
   *
   * @throws {GatewayError} always of this class; vendor errors end here
   */
  call<O extends Operation>(
    operation: O,
    params: VendorParams[O],
  ): Promise<VendorAnswer<O>> {
    if (OPERATIONS[operation].kind === "write") {
      return this.attempt(operation, params);
    }
    const key = `${operation} ${JSON.stringify(params)}`;
    const running = this.readsInFlight.get(key);
    if (running !== undefined) return running as Promise<VendorAnswer<O>>;
    const started = this.attempt(operation, params).finally(() =>
      this.readsInFlight.delete(key),
    );
    this.readsInFlight.set(key, started);
    return started;
  }

  private async attempt<O extends Operation>(
    operation: O,
    params: VendorParams[O],
  ): Promise<VendorAnswer<O>> {
    const row: OperationRow = OPERATIONS[operation];
    const startedAt = performance.now();
    let outcome = "OK";
    let upstreamRequestId: string | null = null;
    try {
      const form = await this.sign(operation, params);
      const reply = await this.transport.post(
        form,
        row.kind === "read" ? this.timeouts.readMs : this.timeouts.writeMs,
      );
      const body = parsed(reply.body);
      upstreamRequestId = textOf(body?.["RequestId"]);
      const failure = body === null ? null : envelopeOf(reply, body);
      if (failure !== null) {
        outcome = failure.code;
        if (rejectionClassOf(failure) === "ambiguous") {
          throw unanswered(row, failure);
        }
        throw toGatewayError(failure, params);
      }
      if (
        body === null ||
        !isSuccess(reply, body) ||
        !isUsableAnswer(operation, body, params)
      ) {
        outcome = "UnusableAnswer";
        throw unanswered(row, {
          httpStatus: reply.httpStatus,
          code: outcome,
          requestId: upstreamRequestId,
        });
      }
      return body as VendorAnswer<O>;
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      outcome = error.reason;
      throw error.sent
        ? unanswered(row)
        : new GatewayError(ErrorCode.UPSTREAM_UNAVAILABLE, {
            retryAfterSeconds: 1,
          });
    } finally {
      this.observe({
        operation,
        durationMs: performance.now() - startedAt,
        outcome,
        upstreamRequestId,
      });
    }
  }

  private async sign(operation: Operation, params: object): Promise<string> {
    try {
      return await this.signer.sign(operation, params, Date.now());
    } catch {
      // No credentials, or a value that cannot be encoded: nothing was sent,
      // and the cause may hold keys.
      throw new GatewayError(ErrorCode.UPSTREAM_DENIED);
    }
  }
}

/** After a request may have arrived: a read failed, a write is uncertain. */
function unanswered(
  row: OperationRow,
  upstream?: VendorErrorEnvelope,
): GatewayError {
  const details =
    upstream === undefined
      ? {}
      : {
          upstream: {
            code: upstream.code,
            httpStatus: upstream.httpStatus,
            requestId: upstream.requestId,
          },
        };
  return row.kind === "read"
    ? new GatewayError(ErrorCode.UPSTREAM_UNAVAILABLE, {
        retryAfterSeconds: 1,
        ...details,
      })
    : new GatewayError(ErrorCode.OUTCOME_UNKNOWN, details);
}

type JsonObject = Readonly<Record<string, unknown>>;

function parsed(body: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : null;
  } catch {
    return null;
  }
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value.length <= 64 ? value : null;
}

/** Codes that some products send with a success (observed in pop-core). */
const SUCCESS_CODES = new Set<unknown>(["200", "OK", "Success", "success"]);

/** Vendor codes are words of letters, digits and dots; others are noise. */
const VENDOR_CODE = /^[A-Za-z][\w.-]{0,127}$/;

function envelopeOf(
  reply: UpstreamReply,
  body: JsonObject,
): VendorErrorEnvelope | null {
  const code = body["Code"];
  if (typeof code !== "string" || SUCCESS_CODES.has(code)) return null;
  const pause = retryAfterMs(reply);
  return {
    httpStatus: reply.httpStatus,
    code: VENDOR_CODE.test(code) ? code : "UnknownCode",
    requestId: textOf(body["RequestId"]),
    ...(pause === undefined ? {} : { retryAfterMs: pause }),
  };
}

function retryAfterMs(reply: UpstreamReply): number | undefined {
  const ms = Number(reply.headers["x-acs-retry-after"]);
  if (Number.isFinite(ms) && ms > 0) return Math.min(ms, 60_000);
  const seconds = Number(reply.headers["retry-after"]);
  return Number.isFinite(seconds) && seconds > 0
    ? Math.min(seconds * 1000, 60_000)
    : undefined;
}

/** A 2xx is a success only with `RequestId` and the operation's own members. */
function isSuccess(reply: UpstreamReply, body: JsonObject): boolean {
  return (
    reply.httpStatus >= 200 &&
    reply.httpStatus < 300 &&
    typeof body["RequestId"] === "string"
  );
}
