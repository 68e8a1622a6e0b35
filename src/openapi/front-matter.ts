import type {
  ComponentsObject,
  HeadersObject,
  InfoObject,
  TagObject,
} from "@nestjs/swagger";
import { IDEMPOTENCY_KEY } from "../http/idempotency-key.js";

/** The document's `info`, except for the version. */
export const INFO: Omit<InfoObject, "version"> = {
  title: "Message contacts gateway",
  description: `Manages the **message contacts of a resource directory** of Alibaba Cloud: the people who receive the messages of its accounts. This API is not for the Message Center contacts of a single account, or for alarm contacts.

- Every error response is a problem document (\`application/problem+json\`, RFC 9457). Its \`code\` comes from a closed list. Its \`type\` is the URL of a page that explains the code: \`/errors/{code}\`.
- The gateway validates all inputs before it calls the vendor, and reports all violations together.
- Messages are in English or Chinese, depending on \`Accept-Language\`. Codes are never translated.
- The same operations are available over GraphQL at \`/graphql\`. The schema is at \`/schema.graphql\`, and examples are at \`/playground\`.

You can run the request examples unchanged against the emulator's sample contacts.`,
  contact: { name: "The operators of this gateway" },
  license: { name: "MIT", url: "https://opensource.org/license/mit" },
};

/** One tag per subject, in the order of the documentation. */
export const TAGS = {
  contacts: {
    name: "Contacts",
    description: "Read, add and change contacts.",
  },
  verifications: {
    name: "Verifications",
    description: "Pending addresses and numbers, and the messages to them.",
  },
  deletions: {
    name: "Deletions",
    description: "Delete contacts, and follow deletions in the background.",
  },
  bindings: {
    name: "Bindings",
    description: "Bind contacts to the directory, to folders and to members.",
  },
  targets: {
    name: "Targets",
    description: "The directory, its folders and its members, by name.",
  },
  coverage: {
    name: "Coverage",
    description: "Who is notified, and who is not.",
  },
  plans: {
    name: "Plans",
    description: "Plan, apply, export and import all contacts.",
  },
} as const satisfies Record<string, TagObject>;

/** Tag of a route. */
export function tagOf(method: string, path: string): TagObject {
  if (path.includes("/binding-targets")) return TAGS.targets;
  if (/\/(?:coverage|recipients|deletion-preview|replace)$/.test(path)) {
    return TAGS.coverage;
  }
  if (/\/v1\/(?:plan|apply|export|import)$/.test(path)) return TAGS.plans;
  if (path.includes("verifications")) return TAGS.verifications;
  if (path.includes("/bindings")) return TAGS.bindings;
  const isDeletion = path.includes("/deletion") || method === "delete";
  return isDeletion ? TAGS.deletions : TAGS.contacts;
}

/** Components that operations reference. */
export const COMPONENTS = {
  securitySchemes: {
    bearerAuth: {
      type: "http",
      scheme: "bearer",
      description:
        "An access token or an API key, if the gateway has authentication configured. Each operation names the scope that it requires in `x-required-scope`.",
    },
    apiKeyAuth: {
      type: "apiKey",
      in: "header",
      name: "X-API-Key",
      description: "An API key, instead of the `Authorization` header.",
    },
  },
  parameters: {
    "Accept-Language": {
      name: "Accept-Language",
      in: "header",
      description: "Language of messages: `en` or `zh-CN`.",
      schema: { type: "string" },
    },
    "X-Request-Id": {
      name: "X-Request-Id",
      in: "header",
      description:
        "Request id from the client: a UUID, a ULID or a W3C trace id. The gateway logs it. It replaces any other value with a new UUID.",
      schema: { type: "string" },
    },
    "X-Resource-Directory": {
      name: "X-Resource-Directory",
      in: "header",
      description:
        "Alias of the resource directory. Required if the caller may use several.",
      schema: { type: "string", pattern: "^[a-z][a-z0-9-]{0,31}$" },
    },
    "Idempotency-Key": {
      name: "Idempotency-Key",
      in: "header",
      description:
        "Makes the request idempotent: a repeated request with the same key is not executed again, and returns the first response.",
      schema: { type: "string", pattern: IDEMPOTENCY_KEY.source },
      example: "8e03978e-40d5-43e8-bc93-6894a57f9324",
    },
    "If-Match": {
      name: "If-Match",
      in: "header",
      description:
        "Makes the change only if the contact still has one of these ETags (of `GET /{id}`, or its `etag` in quotes); otherwise the response is 412 with `CHANGED_MEANWHILE`. `*`: only if the contact exists. Needs one more upstream call. For a plan, the ETag is its `digest`, and `*` applies any plan.",
      schema: { type: "string", pattern: "^[ -~]{1,1000}$" },
    },
    "If-None-Match": {
      name: "If-None-Match",
      in: "header",
      description:
        "Responds with 304 if the response has one of these ETags (RFC 9110).",
      schema: { type: "string" },
    },
    "Cache-Control": {
      name: "Cache-Control",
      in: "header",
      description:
        "`no-cache` requires current data. `max-age` limits the age of the data, in seconds.",
      schema: { type: "string" },
    },
    "Last-Event-ID": {
      name: "Last-Event-ID",
      in: "header",
      description: "Id of the last received event, when reconnecting.",
      schema: { type: "string" },
    },
    Prefer: {
      name: "Prefer",
      in: "header",
      description:
        "`return=representation` returns the whole contact after the change. This needs one more upstream call.",
      schema: { type: "string" },
    },
  },
  headers: {
    "X-Request-Id": {
      description: "Request id, for logs and support cases.",
      schema: { type: "string" },
      example: "0f4e6c1a-6b1e-4d0b-9d4c-0a6f2f1c7b55",
    },
    Location: {
      description:
        "URL of the new resource, or of the status of the operation.",
      schema: { type: "string", format: "uri-reference" },
      example: "/v1/message-contacts/c-qL4HqKONzOM7aB3d",
    },
    ETag: {
      description:
        "Strong ETag of this response. It differs between callers that get different data.",
      schema: { type: "string" },
      example: '"mH5cTq0Vb2yXw8Zr4KdJ1A.q1w2e3r4t5y6u7i8"',
    },
    Age: {
      description:
        "Age of the oldest data in the response, in seconds, rounded up. Absent if all data is current.",
      schema: { type: "integer" },
      example: 1,
    },
    Link: {
      description:
        "URLs of the `first`, `prev`, `next` and `last` page (RFC 8288).",
      schema: { type: "string" },
      example:
        '</v1/message-contacts?pageNumber=2&pageSize=10>; rel="next", </v1/message-contacts?pageNumber=2&pageSize=10>; rel="last"',
    },
    "Retry-After": {
      description: "Seconds to wait before the next request.",
      schema: { type: "integer", minimum: 0 },
      example: 1,
    },
    "Content-Language": {
      description: "Language of the messages.",
      schema: { type: "string", enum: ["en", "zh"] },
      example: "en",
    },
    RateLimit: {
      description:
        "Requests left, and seconds until the limit is reset. Absent without a limit.",
      schema: { type: "string" },
      example: '"caller";r=99;t=60',
    },
    "RateLimit-Policy": {
      description:
        "Limit of requests (`q`) per window in seconds (`w`). Absent without a limit.",
      schema: { type: "string" },
      example: '"caller";q=100;w=60',
    },
    "WWW-Authenticate": {
      description: "Authentication challenge (RFC 6750).",
      schema: { type: "string" },
      example: 'Bearer realm="message-contacts"',
    },
    "Idempotent-Replayed": {
      description: "`true` on the replayed response of an earlier request.",
      schema: { type: "string", enum: ["true"] },
    },
    "Preference-Applied": {
      description: "The preference that was applied (RFC 7240).",
      schema: { type: "string" },
      example: "return=representation",
    },
  },
} as const satisfies ComponentsObject;

/** Headers of every response. */
const COMMON_HEADERS = ["X-Request-Id", "RateLimit", "RateLimit-Policy"];

/** References to response headers: the named ones and those of every response. */
export function headersOf(names: readonly string[]): HeadersObject {
  return Object.fromEntries(
    [...names, ...COMMON_HEADERS].map((name) => [
      name,
      { $ref: `#/components/headers/${name}` },
    ]),
  );
}
