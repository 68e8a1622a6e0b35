import { isRight, kindOf } from "../../access/rights/features.js";
import { OPERATIONS } from "../../upstream/operations.js";
import type { AttemptRecord } from "../../upstream/upstream-observer.js";

/** Attributes of a span by name. */
export type Attributes = Readonly<Record<string, string | number>>;

/**
 * Methods of the semantic conventions for HTTP (RFC 9110, section 9, and PATCH). Others are
 * recorded as `_OTHER`, so that callers cannot invent values.
 */
const METHODS: ReadonlySet<string> = new Set([
  "CONNECT",
  "DELETE",
  "GET",
  "HEAD",
  "OPTIONS",
  "PATCH",
  "POST",
  "PUT",
  "TRACE",
]);

/** Format of the vendor's contact ids; anything else is free text from a caller. */
const CONTACT_ID = /^c-[A-Za-z0-9]{1,64}$/;

/** Matches a phone number that a caller sent instead of a contact id. */
const LONG_NUMBER = /\d{7}/;

/** The parts of a request that its span describes. */
export interface TracedRequest {
  readonly method: string;
  /** Pattern of the route, such as `/v1/message-contacts/:id`; undefined if none matched. */
  readonly route: string | undefined;
  readonly params: unknown;
  readonly httpVersion: string;
}

/** Host and port of a server. */
export interface ServerAddress {
  readonly address: string;
  readonly port: number | null;
  readonly scheme: string;
}

/** Route pattern with placeholders in braces, as in OpenAPI. */
function templateOf(route: string): string {
  return route.replaceAll(/:(\w+)/g, "{$1}");
}

/** Name of a server span: the method and the pattern of the route. */
export function serverSpanName({ method, route }: TracedRequest): string {
  const verb = METHODS.has(method) ? method : "HTTP";
  return route === undefined ? verb : `${verb} ${templateOf(route)}`;
}

/**
 * Attributes of a server span when it starts (semantic conventions for HTTP). The address
 * and the user agent of the client are omitted: they are personal data. So are values in
 * the path that are not ids of contacts, and the query.
 */
export function serverAttributes(
  request: TracedRequest,
  server: ServerAddress,
): Attributes {
  const { method, route, httpVersion } = request;
  return {
    "http.request.method": METHODS.has(method) ? method : "_OTHER",
    ...(route === undefined ? {} : { "http.route": templateOf(route) }),
    "url.path": pathOf(request),
    "network.protocol.version": httpVersion,
    ...addressAttributes(server),
    "url.scheme": server.scheme,
  };
}

/** The path without free text. Without a route, all of it is free text. */
function pathOf({ route, params }: TracedRequest): string {
  if (route === undefined) return "/[redacted]";
  const values = (params ?? {}) as Readonly<Record<string, unknown>>;
  return route.replaceAll(/:(\w+)/g, (_all, name: string) => {
    const value = values[name];
    return typeof value === "string" &&
      CONTACT_ID.test(value) &&
      !LONG_NUMBER.test(value)
      ? value
      : `{${name}}`;
  });
}

/** Attributes that name a server. */
export function addressAttributes({
  address,
  port,
}: ServerAddress): Attributes {
  return {
    "server.address": address,
    ...(port === null ? {} : { "server.port": port }),
  };
}

/** Attributes of a client span when it starts: a call of the vendor's API. */
export function clientAttributes(
  { address, port, scheme }: ServerAddress,
  resends: number,
): Attributes {
  const host = address.includes(":") ? `[${address}]` : address;
  return {
    "http.request.method": "POST",
    "url.full": `${scheme}://${host}${port === null ? "" : `:${port}`}/`,
    "network.protocol.version": "1.1",
    ...addressAttributes({ address, port, scheme }),
    ...(resends === 0 ? {} : { "http.request.resend_count": resends }),
  };
}

/** Attributes of a client span when it ends. */
export function attemptAttributes({
  kind,
  outcome,
  httpStatus,
  upstreamRequestId,
}: AttemptRecord): Attributes {
  const isRejected = httpStatus !== undefined && httpStatus >= 400;
  return {
    "message_contacts.outcome": kind,
    "message_contacts.vendor_code": outcome,
    ...(upstreamRequestId === null
      ? {}
      : { "message_contacts.vendor_request_id": upstreamRequestId }),
    ...(httpStatus === undefined
      ? {}
      : { "http.response.status_code": httpStatus }),
    ...(kind === "answered"
      ? {}
      : { "error.type": isRejected ? String(httpStatus) : outcome }),
  };
}

/** Type and name of a GraphQL operation. */
export interface GraphqlOperation {
  readonly type: "query" | "mutation" | "subscription";
  readonly name: string;
}

/**
 * The GraphQL operation of an operation name as log and metrics use it; null if there is
 * none, or if it has several root fields. Its name is the root field, not the name that
 * the client gave to its document, which is free text.
 *
 * @param isStream whether the API executes subscriptions only
 */
export function graphqlOperationOf(
  operation: string | undefined,
  isStream: boolean,
): GraphqlOperation | null {
  if (operation === undefined || NAMELESS.has(operation)) return null;
  if (operation === "introspection") return { type: "query", name: operation };
  // A subscription that has no query of its name.
  if (!isRight(operation)) return { type: "subscription", name: operation };
  if (kindOf(operation) === "write") {
    return { type: "mutation", name: operation };
  }
  // A feature has the name of its field.
  if (!Object.hasOwn(OPERATIONS, operation)) {
    return { type: "query", name: operation };
  }
  // A query has the name of its result: the operation without its verb.
  const noun = operation.replace(/^(?:get|list)/, "");
  return {
    type: isStream && SUBSCRIBED.has(operation) ? "subscription" : "query",
    name: noun.charAt(0).toLowerCase() + noun.slice(1),
  };
}

/** Reads that are also subscriptions. Other reads over a stream are refused queries. */
const SUBSCRIBED: ReadonlySet<string> = new Set([
  "getMessageContactDeletionStatus",
]);

/** Operation names without a root field; `connect` authenticates a WebSocket. */
const NAMELESS: ReadonlySet<string> = new Set(["none", "several", "connect"]);

/** Name of a GraphQL span; the one of the semantic conventions if there is no operation. */
export function graphqlSpanName(operation: GraphqlOperation | null): string {
  return operation === null
    ? "GraphQL Operation"
    : `${operation.type} ${operation.name}`;
}

/** Attributes of a GraphQL span when it ends (semantic conventions for GraphQL). */
export function graphqlAttributes(
  operation: GraphqlOperation | null,
): Attributes {
  return operation === null
    ? {}
    : {
        "graphql.operation.type": operation.type,
        "graphql.operation.name": operation.name,
      };
}
