import { randomUUID } from "node:crypto";
import Negotiator from "negotiator";
import type { ErrorCode, Language } from "../errors/error-codes.js";
import { ANONYMOUS, type Caller } from "./caller.js";
import { isGeneratedId } from "./generated-id.js";

/** What a request has used so far; counted while it runs. */
export interface Usage {
  /** Attempts sent to the vendor. */
  upstreamCalls: number;
  /** The vendor's RequestId of the last answer, for the audit trail. */
  upstreamRequestId: string | null;
  /** Points of the rate limit the caller has left; null: there is no limit. */
  remaining?: number | null;
  /** What was asked for, once it is known: of a closed list. */
  operation?: string;
  /** Why the caller did not get what they asked for, whichever way it was told. */
  failureCode?: ErrorCode;
}

/** What one incoming request carries down to the upstream call. */
export interface RequestContext {
  /** Ours or the caller's `X-Request-Id`, see `isGeneratedId`. */
  readonly requestId: string;
  /** Language of sentences for people. */
  readonly language: Language;
  /** When the request came, in milliseconds of the monotonic clock. */
  readonly startedAtMs: number;
  /** Who asks. Without a sign-in it is nobody, who may do nothing. */
  readonly caller: Caller;
  /** Alias of the resource directory that the request is about. */
  readonly directory: string;
  readonly usage: Usage;
  /** The caller's `Idempotency-Key`, if one came with the request. */
  readonly idempotency?: RequestIdempotency;
  /** Where spans of this request hang, if it is traced. */
  readonly trace?: RequestTrace;
  /** Whether the caller has hung up; then reads are not repeated. */
  readonly isGone?: () => boolean;
}

/** The trace that a request belongs to (W3C trace context). */
export interface RequestTrace {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
}

/** An idempotency key at work. */
export interface RequestIdempotency {
  /** 1 to 255 visible ASCII characters. */
  readonly key: string;
  /** Position among the root fields of a GraphQL mutation; 0 in REST. */
  field: number;
  /** Writes begun so far in this field: each has a record of its own. */
  writes: number;
  /** The items of a bulk change: the same key must come with the same items. */
  payload?: unknown;
  /** Whether an earlier result was given again. */
  isReplayed: boolean;
}

/** The state of an idempotency key at the start of a request. */
export function openIdempotency(key: string): RequestIdempotency {
  return { key, field: 0, writes: 0, isReplayed: false };
}

/**
 * Begins the next root field of a GraphQL mutation. Root fields run one after
 * the other, so that a field has the same index whenever the request is
 * repeated, whatever became of the fields before it.
 */
export function beginField({ idempotency }: RequestContext): void {
  if (idempotency === undefined) return;
  idempotency.field += 1;
  idempotency.writes = 0;
  delete idempotency.payload;
}

type FilledByHooks = Pick<
  RequestContext,
  "caller" | "directory" | "idempotency" | "isGone" | "trace"
>;

/**
 * A context while request hooks fill it. The last hook freezes it; handlers get
 * it as a `RequestContext`.
 */
export type OpenContext = Omit<RequestContext, keyof FilledByHooks> & {
  -readonly [K in keyof FilledByHooks]: FilledByHooks[K];
};

/** Alias of the one directory where no others are configured. */
export const DEFAULT_DIRECTORY = "default";

/**
 * Opens the context of a request from its headers. A caller's request id is
 * taken over only in a format of generated ids; otherwise a new one is made.
 */
export function openContext(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  caller: Caller = ANONYMOUS,
  directory: string = DEFAULT_DIRECTORY,
): OpenContext {
  const given = headers["x-request-id"];
  const wanted = headers["accept-language"];
  return {
    requestId:
      typeof given === "string" && isGeneratedId(given) ? given : randomUUID(),
    language: typeof wanted === "string" ? preferredLanguage(wanted) : "en",
    startedAtMs: performance.now(),
    caller,
    directory,
    usage: { upstreamCalls: 0, upstreamRequestId: null },
  };
}

/** The language that an `Accept-Language` header asks for; English by default. */
export function preferredLanguage(acceptLanguage: string): Language {
  const [first] = new Negotiator({
    headers: { "accept-language": acceptLanguage },
  }).languages(["en", "zh-CN", "zh"]);
  return first?.startsWith("zh") === true ? "zh" : "en";
}
