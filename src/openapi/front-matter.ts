import type { ComponentsObject, InfoObject, TagObject } from "@nestjs/swagger";

/** The document's first words; the version is the package's. */
export const INFO: Omit<InfoObject, "version"> = {
  title: "Message contacts gateway",
  description: `Manages the **message contacts of a resource directory** of Alibaba Cloud: the people who receive the messages of its accounts. Not the contacts of one account's Message Center, and not alarm contacts.

- Every failure is a problem document (\`application/problem+json\`, RFC 9457). Its \`code\` comes from a closed list, and its \`type\` is the address of a page that explains it: \`/errors/{code}\`.
- Inputs are checked before anything is sent upstream, and all violations come back at once.
- Sentences for people come in English or Chinese, by \`Accept-Language\`; codes are never translated.
- The same operations are offered in GraphQL at \`/graphql\`; the schema is at \`/schema.graphql\`, examples are at \`/playground\`.

The request examples run as they stand against the emulator's sample contacts.`,
  contact: { name: "The operators of this gateway" },
  license: { name: "MIT", url: "https://opensource.org/license/mit" },
};

export const TAG: TagObject = {
  name: "Message contacts",
  description: "Contacts, their verifications, bindings and deletions.",
};

/** Parts that operations point at. */
export const COMPONENTS = {
  securitySchemes: {
    bearerAuth: {
      type: "http",
      scheme: "bearer",
      description:
        "An access token or an API key, where the gateway has sign-in configured. `x-required-scope` of an operation is the scope it needs.",
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
      description: "Language of sentences for people: `en` or `zh-CN`.",
      schema: { type: "string" },
    },
    "X-Request-Id": {
      name: "X-Request-Id",
      in: "header",
      description:
        "The caller's own id of the request: a UUID, a ULID or a W3C trace id. In place of anything else the gateway makes a UUID, because ids are written to logs.",
      schema: { type: "string" },
    },
    "X-Resource-Directory": {
      name: "X-Resource-Directory",
      in: "header",
      description:
        "Alias of the directory; needed by a caller who may use several.",
      schema: { type: "string" },
    },
    "Idempotency-Key": {
      name: "Idempotency-Key",
      in: "header",
      description:
        "A change that comes again with the same key is not carried out again: the first answer is given once more.",
      schema: { type: "string", pattern: "^[\\x21-\\x7e]{1,255}$" },
    },
    "Last-Event-ID": {
      name: "Last-Event-ID",
      in: "header",
      description: "Id of the last event seen, on connecting again.",
      schema: { type: "string" },
    },
    Prefer: {
      name: "Prefer",
      in: "header",
      description:
        "`return=representation` reads the whole contact after the change, which costs one more upstream call.",
      schema: { type: "string" },
    },
  },
  headers: {
    "X-Request-Id": {
      description: "Names the request in logs and support cases.",
      schema: { type: "string" },
      example: "0f4e6c1a-6b1e-4d0b-9d4c-0a6f2f1c7b55",
    },
    Location: {
      description: "Address of what was made, or of its progress.",
      schema: { type: "string", format: "uri-reference" },
      example: "/v1/message-contacts/c-qL4HqKONzOM7aB3d",
    },
    Link: {
      description:
        "Addresses of the `first`, `prev`, `next` and `last` page (RFC 8288).",
      schema: { type: "string" },
      example:
        '</v1/message-contacts?pageNumber=2&pageSize=10>; rel="next", </v1/message-contacts?pageNumber=2&pageSize=10>; rel="last"',
    },
    "Retry-After": {
      description: "Pause before the next request, in seconds.",
      schema: { type: "integer" },
      example: 1,
    },
    "WWW-Authenticate": {
      description: "How to sign in (RFC 6750).",
      schema: { type: "string" },
      example: 'Bearer realm="message-contacts"',
    },
    "Idempotent-Replayed": {
      description: "`true` on an answer that was given before.",
      schema: { type: "string", enum: ["true"] },
    },
    "Preference-Applied": {
      description: "The `Prefer` that was honoured (RFC 7240).",
      schema: { type: "string" },
      example: "return=representation",
    },
  },
} as const satisfies ComponentsObject;
