import type { Kind, MixRequest } from "./mix.js";

/** Values of a contact that a response contains. */
export interface SeenContact {
  readonly contactId: string;
  readonly name: string;
  /** Pending address; absent if the response does not list pending verifications. */
  readonly address?: string | undefined;
}

/**
 * How a request ended: answered completely, refused (not carried out, with the time until
 * a retry), or failed in any other way.
 */
export type Ending = "complete" | "refused" | "failed";

/** One request of the benchmark and its response. */
export interface RecordedRequest {
  readonly kind: Kind;
  /** On the monotonic clock, as `endedAtMs`. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly ending: Ending;
  /** The error code, the status or the exception; empty if complete. */
  readonly reason: string;
  readonly change: MixRequest["change"];
  readonly seen: readonly SeenContact[];
  readonly ageMs: number;
  /** Vendor calls that the request needed and made; 0 if not reported. */
  readonly requestedCalls: number;
  readonly madeCalls: number;
}

/** A response, or the reason why there is none. */
export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

interface ContactBody {
  readonly id: string;
  readonly name: string;
  /** Null if only the contact could be read. */
  readonly pendingVerifications?: readonly { readonly target: string }[] | null;
}

interface ErrorBody {
  readonly code?: string;
  /** In a payload. */
  readonly retryAfterSeconds?: number | null;
  readonly extensions?: {
    readonly code?: string;
    readonly retryAfterSeconds?: number;
  };
}

interface Body {
  readonly code?: string;
  readonly errors?: readonly ErrorBody[];
  readonly data?: {
    readonly messageContact?: ContactBody | null;
    readonly messageContacts?: { readonly items: readonly ContactBody[] };
    readonly payload?: { readonly errors: readonly ErrorBody[] } | null;
  } | null;
  readonly extensions?: {
    readonly cost?: {
      readonly requestedCalls: number;
      readonly upstreamCalls: number;
      readonly ageMs: number;
    };
  };
}

/** Codes of errors after which a change was certainly not carried out. */
const NOT_CARRIED_OUT = new Set([
  "CONCURRENT_CHANGE",
  "GATEWAY_BUSY",
  "RATE_LIMITED",
  "UPSTREAM_THROTTLED",
  "VERIFICATION_LIMIT",
]);

/** Reads a response of any of the servers, over GraphQL or REST. */
export function recordOf(
  { kind, method, change }: MixRequest,
  { status, headers, text }: RawResponse,
  times: { readonly startedAtMs: number; readonly endedAtMs: number },
): RecordedRequest {
  const isRest = method === "GET";
  const body = parsed(text);
  const seen = isRest ? singleOf(status, body) : contactsOf(body);
  const error = errorOf(body);
  const isRead = kind === "page" || kind === "list" || kind === "single";
  const isComplete =
    status === 200 &&
    error === undefined &&
    (isRead ? seen.length > 0 : Boolean(body.data?.payload));
  const retryAfterSeconds = Number(
    headers["retry-after"] ??
      error?.retryAfterSeconds ??
      error?.extensions?.retryAfterSeconds ??
      0,
  );
  const code = error?.code ?? error?.extensions?.code;
  const isRefused =
    !isComplete &&
    NOT_CARRIED_OUT.has(code ?? "") &&
    Number.isInteger(retryAfterSeconds) &&
    retryAfterSeconds >= 1;
  const cost = body.extensions?.cost;
  return {
    kind,
    ...times,
    ending: isComplete ? "complete" : isRefused ? "refused" : "failed",
    reason: isComplete ? "" : (code ?? `status ${status}`),
    change,
    seen: isComplete ? seen : [],
    // The header has a resolution of a second.
    ageMs: cost?.ageMs ?? 1_000 * Number(headers["age"] ?? 0),
    requestedCalls: cost?.requestedCalls ?? 0,
    madeCalls: cost?.upstreamCalls ?? 0,
  };
}

function parsed(text: string): Body {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return {};
  }
}

function singleOf(status: number, body: Body): SeenContact[] {
  return status === 200 ? [seenOf(body as unknown as ContactBody)] : [];
}

function contactsOf({ data }: Body): SeenContact[] {
  const one = data?.messageContact;
  const many = data?.messageContacts?.items ?? [];
  return [...(one === null || one === undefined ? [] : [one]), ...many].map(
    seenOf,
  );
}

function seenOf({ id, name, pendingVerifications }: ContactBody): SeenContact {
  return {
    contactId: id,
    name,
    ...(pendingVerifications === undefined || pendingVerifications === null
      ? {}
      : {
          address:
            pendingVerifications.find(({ target }) => target.includes("@"))
              ?.target ?? "none",
        }),
  };
}

/** The first error: of a problem document, of a GraphQL response or of a payload. */
function errorOf({ code, errors, data }: Body): ErrorBody | undefined {
  if (code !== undefined) return { code };
  return errors?.[0] ?? data?.payload?.errors[0];
}
