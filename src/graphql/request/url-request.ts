import type { Headers } from "../../access/credential.js";
import { refusePoison } from "../subscriptions/socket-headers.js";
import { malformed } from "./malformed.js";

/** Members of a GraphQL request that are JSON in a query string. */
const JSON_MEMBERS = ["variables", "extensions"] as const;

const TEXT_MEMBERS = ["query", "operationName", "documentId", "doc_id", "id"];

/**
 * Reads a GraphQL request from the parameters of a URL (GraphQL over HTTP, section
 * 5.3). Ignores other parameters, and empty ones.
 *
 * @param parameters parsed query string; a repeated parameter is an array
 * @throws {GatewayError} BAD_REQUEST
 */
export function fromUrl(
  parameters: unknown,
): Readonly<Record<string, unknown>> {
  const given = new Map(Object.entries(parameters ?? {}));
  const request: Record<string, unknown> = {};
  const textOf = (name: string): string | null => {
    const value: unknown = given.get(name);
    if (value === undefined || value === "") return null;
    if (typeof value !== "string") throw malformed("repeatedParameter");
    return value;
  };
  for (const name of TEXT_MEMBERS) {
    const text = textOf(name);
    if (text !== null) request[name] = text;
  }
  for (const name of JSON_MEMBERS) {
    const text = textOf(name);
    if (text === null) continue;
    try {
      request[name] = JSON.parse(text, refusePoison) as unknown;
    } catch {
      throw malformed(name);
    }
  }
  return request;
}

/**
 * Headers that a page of another origin cannot send without a preflight. The last
 * two are what Apollo Client and Apollo Server define for this purpose.
 */
const PREFLIGHTED_HEADERS = [
  "authorization",
  "x-api-key",
  "x-resource-directory",
  "apollo-require-preflight",
  "x-apollo-operation-name",
  "graphql-require-preflight",
] as const;

/** Media types of a form, the only ones that need no preflight (Fetch, 2.2.2). */
const FORM_TYPES =
  /^(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\b/i;

const JSON_TYPES = /\bapplication\/(?:graphql-response\+|graphql\+)?json\b/i;

/**
 * Protects GET against CSRF. Pages of other origins are rejected before, by
 * `Origin` and `Sec-Fetch-Site`; this check is for browsers that send neither. They
 * cannot send a credential without a preflight, so it matters only without
 * authentication. Links, images, scripts and forms do not accept JSON. A `no-cors`
 * fetch can, but it cannot read the response, and GET changes nothing.
 *
 * @throws {GatewayError} BAD_REQUEST
 */
export function requireNoSimpleGet(headers: Headers): void {
  const { accept, "content-type": contentType } = headers;
  const isSafe =
    PREFLIGHTED_HEADERS.some((name) => headers[name] !== undefined) ||
    headers["sec-fetch-site"] === "same-origin" ||
    (typeof contentType === "string" && !FORM_TYPES.test(contentType)) ||
    (typeof accept === "string" && JSON_TYPES.test(accept));
  if (!isSafe) throw malformed("simpleGet");
}
