import type { Headers } from "../../access/credential.js";

/**
 * Headers that browsers cannot set on a WebSocket; clients send them in the
 * payload of `connection_init` instead.
 */
const TAKEN_FROM_PARAMS = [
  "authorization",
  "x-api-key",
  "x-resource-directory",
  "accept-language",
  "x-request-id",
  "traceparent",
] as const;

/**
 * The headers of the upgrade, completed from `connectionParams`. A header that
 * has two different values keeps both: a repeated credential or directory is
 * refused, because the order of evaluation must not decide which one counts.
 */
export function headersOf(
  given: Headers,
  connectionParams: Readonly<Record<string, unknown>>,
): Headers {
  const headers: Record<string, string | string[] | undefined> = { ...given };
  for (const [name, value] of Object.entries(connectionParams)) {
    const header = TAKEN_FROM_PARAMS.find((one) => one === name.toLowerCase());
    if (header === undefined || typeof value !== "string") continue;
    const known = headers[header];
    const isRepeated =
      known !== undefined && known !== value && !isPreference(header);
    headers[header] = isRepeated ? [known, value].flat() : value;
  }
  return headers;
}

/** Headers of which the parameter replaces the value: they grant nothing. */
function isPreference(header: (typeof TAKEN_FROM_PARAMS)[number]): boolean {
  return (
    header === "accept-language" ||
    header === "x-request-id" ||
    header === "traceparent"
  );
}

/**
 * Reviver for `JSON.parse` that rejects what the body parser of HTTP requests
 * rejects: `__proto__`, and `constructor` with a `prototype`.
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
