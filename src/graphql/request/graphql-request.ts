import { isObject } from "../../config/files/json-file.js";
import { malformed } from "./malformed.js";
import type {
  FoundDocument,
  PersistedDocuments,
} from "./persisted-documents.js";

/** A well-formed GraphQL request. Absent members are omitted. */
export interface GraphqlRequest extends FoundDocument {
  readonly operationName?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/**
 * Reads a GraphQL request and finds its document. Drops `extensions`, of which
 * only `persistedQuery` is supported.
 *
 * @throws {GatewayError} BAD_REQUEST with the reason, or an error of
 *   `PersistedDocuments.find`
 */
export function readGraphqlRequest(
  given: unknown,
  documents: PersistedDocuments,
): GraphqlRequest {
  if (Array.isArray(given)) throw malformed("batch");
  if (!isObject(given)) throw malformed("body");
  const { operationName = null, variables = null, extensions = null } = given;
  if (operationName !== null && typeof operationName !== "string") {
    throw malformed("operationName");
  }
  if (variables !== null && !isObject(variables)) throw malformed("variables");
  if (extensions !== null && !isObject(extensions)) {
    throw malformed("extensions");
  }
  // Apollo Server rejects members that are undefined.
  const request: {
    -readonly [K in keyof GraphqlRequest]: GraphqlRequest[K];
  } = documents.find(given);
  if (operationName !== null) request.operationName = operationName;
  if (variables !== null) request.variables = variables;
  return request;
}
