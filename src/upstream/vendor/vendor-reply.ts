import type { UpstreamReply } from "../transport/transport.js";
import type { VendorErrorEnvelope } from "./vendor-errors.js";

type JsonObject = Readonly<Record<string, unknown>>;

/** Parses a body; null unless it is a JSON object. */
export function parseBody(body: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : null;
  } catch {
    return null;
  }
}

/** The documentation shows UUIDs. Restricted, because logs and errors contain it. */
const REQUEST_ID = /^[\w.-]{1,64}$/;

/** Returns the request id if it has a safe form. */
export function requestIdOf(value: unknown): string | null {
  return typeof value === "string" && REQUEST_ID.test(value) ? value : null;
}

/** Codes that some products send with a success (observed in pop-core's source). */
const SUCCESS_CODES = new Set<unknown>(["200", "OK", "Success", "success"]);

/** Form of vendor codes; anything else is replaced by `UnknownCode`. */
const VENDOR_CODE = /^[A-Za-z][\w.-]{0,127}$/;

/** Returns the vendor error in a response; null if there is none. */
export function envelopeOf(
  reply: UpstreamReply,
  body: JsonObject,
): VendorErrorEnvelope | null {
  const code = body["Code"];
  if (typeof code !== "string" || SUCCESS_CODES.has(code)) return null;
  const pause = retryAfterMs(reply);
  return {
    httpStatus: reply.httpStatus,
    code: VENDOR_CODE.test(code) ? code : "UnknownCode",
    requestId: requestIdOf(body["RequestId"]),
    ...(pause === undefined ? {} : { retryAfterMs: pause }),
  };
}

function retryAfterMs(reply: UpstreamReply): number | undefined {
  const ms = Number(reply.headers["x-acs-retry-after"]);
  if (Number.isFinite(ms) && ms > 0) return Math.min(ms, 60_000);
  const seconds = Number(reply.headers["retry-after"]);
  return Number.isFinite(seconds) && seconds > 0
    ? Math.min(seconds * 1000, 60_000)
    : undefined;
}

/** A 2xx without `RequestId` is not a success; see also `isUsableAnswer`. */
export function isSuccess(reply: UpstreamReply, body: JsonObject): boolean {
  return (
    reply.httpStatus >= 200 &&
    reply.httpStatus < 300 &&
    typeof body["RequestId"] === "string"
  );
}
