import type { Headers } from "../../access/credential.js";

/**
 * Headers that clients may send in the payload of `connection_init`, because
 * browsers cannot set them on a WebSocket.
 */
const PARAM_HEADERS = [
  "authorization",
  "x-api-key",
  "x-resource-directory",
  "accept-language",
  "x-request-id",
  "traceparent",
] as const;

/**
 * Merges the headers of the upgrade request with `connectionParams`. If both have
 * the same credential or directory header with different values, the result has
 * both values. Such a repeated header is rejected later, so the order of
 * evaluation cannot decide which value applies.
 */
export function headersOf(
  given: Headers,
  connectionParams: Readonly<Record<string, unknown>>,
): Headers {
  const headers: Record<string, string | string[] | undefined> = { ...given };
  for (const [name, value] of Object.entries(connectionParams)) {
    const lowerCase = name.toLowerCase();
    const header = PARAM_HEADERS.find((known) => known === lowerCase);
    if (header === undefined || typeof value !== "string") continue;
    const current = headers[header];
    const isRepeated =
      current !== undefined && current !== value && !isPreference(header);
    headers[header] = isRepeated ? [current, value].flat() : value;
  }
  return headers;
}

/** Headers that grant no access: here the parameter replaces the header's value. */
function isPreference(header: (typeof PARAM_HEADERS)[number]): boolean {
  return (
    header === "accept-language" ||
    header === "x-request-id" ||
    header === "traceparent"
  );
}

/**
 * Reviver for `JSON.parse` that prevents prototype poisoning. Like Fastify's body
 * parser, it rejects `__proto__`, and `constructor` with a `prototype`.
 *
 * @throws {SyntaxError}
 */
export function refusePoison(key: string, value: unknown): unknown {
  const isPoison =
    key === "__proto__" ||
    (key === "constructor" &&
      typeof value === "object" &&
      value !== null &&
      Object.hasOwn(value, "prototype"));
  if (isPoison) throw new SyntaxError("forbidden key");
  return value;
}
