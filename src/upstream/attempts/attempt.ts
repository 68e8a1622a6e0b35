import type { Usage } from "../../context/request-context.js";
import { isUsableAnswer } from "../vendor/answer-checks.js";
import type { Operation } from "../operations.js";
import type { Outcome } from "./outcome.js";
import { CredentialsError } from "../transport/credentials.js";
import type { RpcSigner } from "../transport/signer.js";
import type { Timing } from "../timing.js";
import { TransportError, type UpstreamReply } from "../transport/transport.js";
import {
  rejectionClassOf,
  toGatewayError,
  type VendorErrorEnvelope,
} from "../vendor/vendor-errors.js";
import type { UpstreamObserver } from "../upstream-observer.js";
import {
  envelopeOf,
  isSuccess,
  parseBody,
  requestIdOf,
} from "../vendor/vendor-reply.js";
import type { VendorAnswer, VendorParams } from "../vendor/vendor-types.js";

/** Sends signed forms; see `UpstreamTransport`. */
export interface Transport {
  /** @param fresh uses a new connection instead of a kept-alive one */
  post(
    form: string,
    timeoutMs: number,
    fresh?: boolean,
  ): Promise<UpstreamReply>;
  close?(): Promise<void>;
}

/**
 * Operations that send a message to a person and cannot be read back. They never use
 * a kept-alive connection: a stale one would make the outcome unknown.
 */
const ON_FRESH_CONNECTION: ReadonlySet<Operation> = new Set([
  "sendEmailVerificationForMessageContact",
  "sendPhoneVerificationForMessageContact",
]);

/** A larger difference is treated as a wrong `Date` header, not as a wrong local clock. */
const MAX_CLOCK_OFFSET_MS = 24 * 60 * 60 * 1_000;

/** Makes single attempts: signs, sends and classifies the outcome. Does not retry. */
export class Attempts {
  /** Vendor clock minus local clock; set when the vendor rejects a timestamp. */
  private clockOffsetMs = 0;
  private lastReplyMs = Number.NEGATIVE_INFINITY;
  private lastDate = "";
  private lastDateAtMs = 0;

  constructor(
    private readonly signer: Pick<RpcSigner, "sign" | "invalidateCredentials">,
    private readonly transport: Transport,
    private readonly timing: Timing,
    private readonly observer: UpstreamObserver,
  ) {}

  /**
   * Vendor clock minus local clock, from the `Date` header of the latest response.
   * Used to compare the vendor's dates.
   */
  vendorOffsetMs(): number {
    const offset = Date.parse(this.lastDate) - this.lastDateAtMs;
    return Number.isFinite(offset) ? offset : this.clockOffsetMs;
  }

  /** Time of the last complete response, on the monotonic clock. */
  lastReplyAtMs(): number {
    return this.lastReplyMs;
  }

  /** Estimated vendor time for signing, in milliseconds since 1970. */
  vendorNowMs(): number {
    return this.timing.wallMs() + this.clockOffsetMs;
  }

  attempt<O extends Operation>(
    operation: O,
    params: VendorParams[O],
    timeoutMs: number,
    usage: Usage,
  ): Promise<Outcome<VendorAnswer<O>>> {
    const { tracer } = this.observer;
    return tracer === undefined
      ? this.signAndSend(operation, params, timeoutMs, usage)
      : tracer.attempt(operation, () =>
          this.signAndSend(operation, params, timeoutMs, usage),
        );
  }

  /** Binds the current trace context to an attempt that a queue may start later. */
  bindContext<T>(attempt: () => T): () => T {
    const { tracer } = this.observer;
    return tracer === undefined ? attempt : tracer.bindContext(attempt);
  }

  private async signAndSend<O extends Operation>(
    operation: O,
    params: VendorParams[O],
    timeoutMs: number,
    usage: Usage,
  ): Promise<Outcome<VendorAnswer<O>>> {
    const startedAt = this.timing.now();
    usage.upstreamCalls += 1;
    let seen: { code: string; requestId: string | null };
    let outcome: Outcome<VendorAnswer<O>>;
    let httpStatus: number | undefined;
    try {
      const form = await this.signer.sign(
        operation,
        params,
        this.vendorNowMs(),
      );
      try {
        // Signing may have waited for credentials.
        const leftMs = timeoutMs - (this.timing.now() - startedAt);
        if (leftMs <= 0) throw new TransportError(false, "TimeoutError", true);
        const reply = await this.transport.post(
          form,
          leftMs,
          ON_FRESH_CONNECTION.has(operation),
        );
        this.lastReplyMs = this.timing.now();
        ({ httpStatus } = reply);
        ({ seen, outcome } = this.interpret(operation, params, reply));
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        seen = { code: error.reason, requestId: null };
        outcome = error.wasSent
          ? { kind: "ambiguous", isTimeout: error.isTimeout }
          : { kind: "not-sent", isDenied: false };
      }
    } catch (error) {
      // No credentials, or a value that cannot be encoded. Nothing was sent. The
      // error may contain secrets, so only its reason is kept.
      const isKnown = error instanceof CredentialsError;
      seen = { code: isKnown ? error.reason : "CannotSign", requestId: null };
      outcome = {
        kind: "not-sent",
        isDenied: isKnown ? error.isDenied : true,
      };
    }
    if (outcome.kind !== "answered") usage.upstreamFailure = seen.code;
    else if (usage.upstreamFailure !== undefined) delete usage.upstreamFailure;
    if (seen.requestId !== null) usage.upstreamRequestId = seen.requestId;
    this.observer.attempted({
      operation,
      durationMs: this.timing.now() - startedAt,
      kind: outcome.kind,
      outcome: seen.code,
      code: "error" in outcome ? outcome.error.code : null,
      upstreamRequestId: seen.requestId,
      ...(httpStatus === undefined ? {} : { httpStatus }),
    });
    return outcome;
  }

  private interpret<O extends Operation>(
    operation: O,
    params: VendorParams[O],
    reply: UpstreamReply,
  ): {
    seen: { code: string; requestId: string | null };
    outcome: Outcome<VendorAnswer<O>>;
  } {
    const { date } = reply.headers;
    if (typeof date === "string") {
      this.lastDate = date;
      this.lastDateAtMs = this.timing.wallMs();
    }
    const body = parseBody(reply.body);
    const requestId = requestIdOf(body?.["RequestId"]);
    const failure = body === null ? null : envelopeOf(reply, body);
    if (failure !== null) {
      const seen = { code: failure.code, requestId };
      return { seen, outcome: this.outcomeOfRejection(failure, params, reply) };
    }
    if (
      body !== null &&
      isSuccess(reply, body) &&
      isUsableAnswer(operation, body, params)
    ) {
      const answer = body as VendorAnswer<O>;
      return {
        seen: { code: "OK", requestId },
        outcome: { kind: "answered", answer },
      };
    }
    const { httpStatus } = reply;
    const upstream = { httpStatus, code: "UnusableAnswer", requestId };
    return {
      seen: upstream,
      outcome: { kind: "ambiguous", isTimeout: false, upstream },
    };
  }

  private outcomeOfRejection(
    failure: VendorErrorEnvelope,
    params: object,
    reply: UpstreamReply,
  ): Outcome<never> {
    const { code, httpStatus, requestId, retryAfterMs } = failure;
    switch (rejectionClassOf(failure)) {
      case "ambiguous":
        return {
          kind: "ambiguous",
          isTimeout: false,
          upstream: { code, httpStatus, requestId },
        };
      case "final":
        // Another key may be available by now: it rotates without a restart.
        if (code.startsWith("InvalidAccessKeyId"))
          this.signer.invalidateCredentials();
        return { kind: "final", code, error: toGatewayError(failure, params) };
      case "transient":
        if (code.startsWith("InvalidTimeStamp")) this.correctClock(reply);
        if (code.startsWith("InvalidSecurityToken"))
          this.signer.invalidateCredentials();
        return {
          kind: "transient",
          code,
          error: toGatewayError(failure, params),
          ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
        };
    }
  }

  private correctClock({ headers }: UpstreamReply): void {
    const { date } = headers;
    const theirs = typeof date === "string" ? Date.parse(date) : NaN;
    const offset = theirs - this.timing.wallMs();
    if (Math.abs(offset) <= MAX_CLOCK_OFFSET_MS) this.clockOffsetMs = offset;
  }
}
