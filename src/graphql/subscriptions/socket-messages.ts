import { isObject } from "../../config/files/json-file.js";

/**
 * Adds an empty `query` to a `subscribe` message that has none. graphql-ws closes the
 * socket otherwise, although the payload may name a persisted document instead.
 *
 * Returns every other message unchanged, malformed ones included.
 */
export function withQuery(message: string): string {
  if (!message.includes('"subscribe"')) return message;
  let parsed: unknown;
  try {
    parsed = JSON.parse(message);
  } catch {
    return message;
  }
  if (!isObject(parsed) || parsed["type"] !== "subscribe") return message;
  const { payload } = parsed;
  if (!isObject(payload) || (payload["query"] ?? null) !== null) return message;
  try {
    return JSON.stringify({ ...parsed, payload: { ...payload, query: "" } });
  } catch {
    // `JSON.parse` accepts deeper values than `JSON.stringify`.
    return message;
  }
}
