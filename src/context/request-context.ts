import { randomUUID } from "node:crypto";
import Negotiator from "negotiator";
import type { ErrorCode, Language } from "../errors/error-codes.js";
import type { GatewayError } from "../errors/gateway-error.js";
import type { RefusalReason } from "../errors/refusal-reasons.js";
import { ANONYMOUS, type Caller } from "./caller.js";
import { isGeneratedId } from "./generated-id.js";

/** Usage and outcome of a request, updated while it runs. */
export interface Usage {
  /** Number of attempts sent to the vendor. */
  upstreamCalls: number;
  /** RequestId of the vendor's last response, for the audit trail. */
  upstreamRequestId: string | null;
  /** Number of vendor operations that the request needed. */
  requestedCalls?: number;
  /** Reads of the vendor that were answered without a separate call. */
  saved?: SavedCalls;
  /** Reads that the cache has answered, if they are collected to repeat the response. */
  cachedReads?: AnsweredRead[];
  /** Age of the oldest read of the response in milliseconds; absent: current. */
  readAgeMs?: number;
  /**
   * Vendor code or transport reason of the last attempt, such as `ECONNREFUSED` or
   * `PROXY_407`; absent after a success.
   */
  upstreamFailure?: string;
  /** Rate limit points that the caller has left; null without a limit. */
  remaining?: number | null;
  /** Operation name, once it is known. One of a closed list. */
  operation?: string;
  /** Error code of the response, in any response format. */
  failureCode?: ErrorCode;
  /** Why the request failed, for the log. Set together with `failureCode`. */
  failureReason?: RefusalReason;
  /** Name of the header that caused the failure, for the log. */
  failureHeader?: string;
}

/** Records the error of a response for log and metrics. Only the first call has an effect. */
export function recordFailure(
  usage: Usage,
  { code, reason, details: { header } }: GatewayError,
): void {
  if (usage.failureCode !== undefined) return;
  usage.failureCode = code;
  usage.failureReason = reason;
  if (header !== undefined) usage.failureHeader = header;
}

/** A read that was answered from the cache, and that later requests can repeat. */
export interface RepeatableRead {
  /**
   * The entry of the cache that would answer the request now, or null. Has no effect.
   * Each entry is an object of its own, which never gets another answer.
   */
  peek(context: RequestContext): object | null;
  /** Counts the read as one of this request. `entry` is the result of `peek`. */
  use(entry: object, context: RequestContext): void;
}

/** A read of a request, with the entry of the cache that answered it. */
export interface AnsweredRead {
  readonly read: RepeatableRead;
  readonly entry: object;
}

/** Number of reads by the way in which their call was saved. */
export interface SavedCalls {
  /** Answered from the read cache. */
  cache: number;
  /** Joined the same read of another caller, or of another field. */
  inFlight: number;
  /** Answered by the list of contacts that another read requested. */
  list: number;
}

/** State of one request, from its hooks to its upstream calls. */
export interface RequestContext {
  /**
   * The caller's `X-Request-Id` if it is a generated id, otherwise a new UUID.
   */
  readonly requestId: string;
  /** Language of messages for users. */
  readonly language: Language;
  /** Time of arrival, in milliseconds of the monotonic clock. */
  readonly startedAtMs: number;
  /** The caller; `ANONYMOUS` without authentication. */
  readonly caller: Caller;
  /** Alias of the resource directory of the request. */
  readonly directory: string;
  readonly usage: Usage;
  /** State of the request's `Idempotency-Key`, if it has one. */
  readonly idempotency?: RequestIdempotency;
  /** Parent of the request's spans, if it is traced. */
  readonly trace?: RequestTrace;
  /**
   * Maximum age of the response in milliseconds (`Cache-Control` of the request).
   * 0: only reads that are sent after the request arrived. Absent: no restriction.
   */
  readonly maxAgeMs?: number;
  /** Whether the caller has disconnected. Reads are then not retried. */
  readonly isGone?: () => boolean;
  /** Prefix of links to this gateway: a path, a URL, or empty by default. */
  readonly linkBase?: string;
}

/** The trace that a request belongs to (W3C trace context). */
export interface RequestTrace {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
}

/** State of an idempotency key during a request. */
export interface RequestIdempotency {
  /** 1 to 255 visible ASCII characters. */
  readonly key: string;
  /** Index of the current root field of a GraphQL mutation; 0 in REST. */
  field: number;
  /** Writes started in this field. Each write has its own record. */
  writes: number;
  /** Items of a bulk change. A repeated key must come with the same items. */
  payload?: unknown;
  /** Whether a stored result was replayed. */
  isReplayed: boolean;
}

/** Initial state of an idempotency key. */
export function openIdempotency(key: string): RequestIdempotency {
  return { key, field: 0, writes: 0, isReplayed: false };
}

/**
 * Begins the next root field of a GraphQL mutation. Root fields run
 * sequentially, so a field has the same index each time the request is
 * repeated.
 */
export function beginField({ idempotency }: RequestContext): void {
  if (idempotency === undefined) return;
  idempotency.field += 1;
  idempotency.writes = 0;
  delete idempotency.payload;
}

type FilledByHooks = Pick<
  RequestContext,
  "caller" | "directory" | "idempotency" | "isGone" | "linkBase" | "trace"
>;

/**
 * A context while request hooks fill it. The last hook freezes it; handlers get
 * it as a `RequestContext`.
 */
export type OpenContext = Omit<RequestContext, keyof FilledByHooks> & {
  -readonly [K in keyof FilledByHooks]: FilledByHooks[K];
};

/** Alias of the directory when none is configured. */
export const DEFAULT_DIRECTORY = "default";

/**
 * Opens the context of a request from its headers. Keeps the caller's request
 * id only if it is a generated id; otherwise generates one.
 */
export function openContext(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  caller: Caller = ANONYMOUS,
  directory: string = DEFAULT_DIRECTORY,
): OpenContext {
  const requestId = headers["x-request-id"];
  const acceptLanguage = headers["accept-language"];
  return {
    requestId:
      typeof requestId === "string" && isGeneratedId(requestId)
        ? requestId
        : randomUUID(),
    language:
      typeof acceptLanguage === "string"
        ? preferredLanguage(acceptLanguage)
        : "en",
    startedAtMs: performance.now(),
    caller,
    directory,
    usage: { upstreamCalls: 0, upstreamRequestId: null },
    ...maxAgeOf(headers["cache-control"]),
  };
}

/**
 * Maximum age that a `Cache-Control` request header accepts (RFC 9111, 5.2.1):
 * `no-cache` and `no-store` require a current response, `max-age` is in seconds.
 */
function maxAgeOf(header: string | string[] | undefined): {
  maxAgeMs?: number;
} {
  if (typeof header !== "string") return {};
  if (/(?:^|[\s,])no-(?:cache|store)(?:$|[\s,=])/i.test(header)) {
    return { maxAgeMs: 0 };
  }
  const seconds = /(?:^|[\s,])max-age="?(\d{1,9})"?(?:$|[\s,])/i.exec(
    header,
  )?.[1];
  return seconds === undefined ? {} : { maxAgeMs: Number(seconds) * 1_000 };
}

/** Preferred language of an `Accept-Language` header; English by default. */
export function preferredLanguage(acceptLanguage: string): Language {
  const [first] = new Negotiator({
    headers: { "accept-language": acceptLanguage },
  }).languages(["en", "zh-CN", "zh"]);
  return first?.startsWith("zh") === true ? "zh" : "en";
}
