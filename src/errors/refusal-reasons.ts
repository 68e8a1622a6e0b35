import type { ErrorCode } from "./error-codes.js";

/**
 * Reasons for which requests are refused: the values of `reason` in log lines, with their
 * meanings. The set is closed, so that lines can be counted by reason. Responses never
 * contain a reason, because some of them would help to forge a credential.
 */
export const REASONS = {
  "missing-credential": "no API key and no access token",
  "several-credentials": "both Authorization and X-API-Key",
  "repeated-header": "a header that may occur once was sent twice",
  "malformed-credential": "neither an API key nor a bearer token",
  "unsupported-credential": "no API keys, or no token issuers, are configured",
  "unknown-key": "no such API key",
  "revoked-key": "an API key that was removed from the key file",
  "expired-key": "an API key after its `expiresAt`",
  "malformed-token": "not a JWT, or longer than 8 KiB",
  "not-access-token": "another type of token, such as an ID token",
  "invalid-claims": "a required claim is missing or has the wrong type",
  "unknown-issuer": "`iss` is not a configured issuer",
  "wrong-audience": "`aud` is not the configured audience",
  "wrong-algorithm": "`alg` is not accepted from this issuer",
  "unknown-key-id": "the issuer publishes no such key",
  "bad-signature": "the signature does not match the key",
  "expired-token": "after `exp`",
  "token-not-yet-valid": "before `nbf`",
  "invalid-token": "any other failed check of a token",
  "issuer-unreachable": "the keys of the issuer cannot be fetched",
  "lost-rights": "the credential of an open stream has lost a permission",
  origin: "the page's origin is not in `CORS_ORIGINS`",
  host: "without authentication, `Host` must name loopback",
  "missing-scope": "the caller lacks the operation's scope",
  "missing-header": "a required header is missing; see `header`",
  "invalid-header": "a header has a value that is not accepted; see `header`",
  "no-directory": "the caller may use none of the directories",
  "caller-rate-limit": "`RATE_LIMIT_PER_MINUTE`",
  "address-rate-limit": "`RATE_LIMIT_PER_ADDRESS_PER_MINUTE`",
  "in-flight": "`MAX_REQUESTS_IN_FLIGHT`",
  "event-loop-delay": "`MAX_EVENT_LOOP_DELAY_MS`",
  closing: "the process is stopping",
  "change-queue":
    "the queue of changes is full, for the caller or for all callers",
  "records-limit": "the table of idempotency keys or of messages is full",
  "watch-limit": "the caller watches too many contacts",
  "socket-limit": "`MAX_WEBSOCKETS`, `MAX_WEBSOCKETS_PER_CALLER`",
  "resend-pause": "too soon after the previous verification message",
  "messages-per-minute": "the vendor's limit for one address or number",
  "messages-per-day": "`VERIFICATION_EMAILS_PER_DAY`",
  "malformed-http": "not a valid HTTP request",
  "headers-too-large": "more than 16 KiB of headers, or more than 900 fields",
  "request-timeout": "the request did not arrive in time",
  "malformed-url": "the URL cannot be decoded",
  "unknown-route": "no such URL",
  method: "the URL does not support the method",
  "unexpected-body": "a body, although the URL accepts none",
  "empty-body": "the media type is JSON, but the body is empty",
  "malformed-json": "the body is not JSON, or has a member `__proto__`",
  "body-too-large": "a body of more than 64 KiB",
  "body-length": "the length of the body differs from Content-Length",
  "media-type": "`Content-Type` is not JSON in UTF-8",
  "content-encoding": "`Content-Encoding` is not gzip",
  "not-acceptable": "`Accept` names no supported media type",
  "foreign-request":
    "no credential and no header that causes a CORS preflight (CSRF)",
  "graphql-request": "the body is not a GraphQL request",
  "document-syntax": "the document cannot be parsed",
  "document-tokens": "more than 1,000 tokens",
  "document-invalid": "the document is not valid for the schema",
  "document-depth": "too many nested levels",
  "document-aliases": "too many aliases",
  "document-root-fields": "too many root fields",
  "document-directives": "too many directives",
  "document-mutations": "`GRAPHQL_MUTATIONS_PER_OPERATION`",
  "document-selections": "too many fields and fragments",
  "unknown-operation": "no operation of this name in the document",
  "operation-kind":
    "a query or mutation on a stream, or a subscription elsewhere",
  "invalid-variables": "variables do not have the declared types",
  "upstream-calls": "`MAX_UPSTREAM_CALLS_PER_REQUEST`",
  "inconsistent-list":
    "a list of the vendor changed twice while its pages were read",
  handshake: "not a valid WebSocket handshake",
  "unauthenticated-socket":
    "a message was sent before `connection_init` was accepted",
  "init-timeout": "`connection_init` did not arrive in time",
  "repeated-init": "`connection_init` was sent twice",
  "socket-message": "not a message of graphql-transport-ws",
  "message-flood": "too many messages before `connection_init`",
  "slow-reader": "the client does not read its messages",
} as const;

/** A key of `REASONS`, or an error code in lower case with hyphens. */
export type RefusalReason = keyof typeof REASONS | CodeReason;

type CodeReason = Hyphenated<Lowercase<keyof typeof ErrorCode>>;

type Hyphenated<Text extends string> = Text extends `${infer A}_${infer B}`
  ? `${A}-${Hyphenated<B>}`
  : Text;

/** The reason of an error that has none in `REASONS`. */
export function reasonOfCode(code: ErrorCode): RefusalReason {
  return code.toLowerCase().replaceAll("_", "-") as CodeReason;
}
