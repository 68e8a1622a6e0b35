import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import { refusalOf, type RefusalStatus } from "../http-errors.js";
import { PROBLEM_TYPE, toProblem } from "../problem-details.js";

const REASONS = {
  400: "Bad Request",
  408: "Request Timeout",
  431: "Request Header Fields Too Large",
} as const satisfies Partial<Record<RefusalStatus, string>>;

/** Status of a response to a request that could not be parsed. */
export type RawStatus = keyof typeof REASONS;

type Headers = readonly (readonly [name: string, value: string])[];

/**
 * A response with problem details, as the bytes for a socket. For requests that Node.js
 * refuses itself, so that they reach no hook.
 */
export function rawProblem(
  status: RawStatus,
  linkBase: string,
  headers: Headers,
): string {
  const requestId = randomUUID();
  const problem = toProblem(
    new GatewayError(ErrorCode.BAD_REQUEST),
    { requestId, language: "en", linkBase },
    refusalOf(status),
  );
  const body = JSON.stringify(problem);
  const lines: Headers = [
    ["content-type", PROBLEM_TYPE],
    ["content-length", String(Buffer.byteLength(body))],
    ["cache-control", "no-store"],
    ["x-content-type-options", "nosniff"],
    ["x-request-id", requestId],
    ...headers,
    ["connection", "close"],
  ];
  return [
    `HTTP/1.1 ${status} ${REASONS[status]}`,
    ...lines.map(([name, value]) => `${name}: ${value}`),
    "",
    body,
  ].join("\r\n");
}

/**
 * Origin of a request that Node.js refuses: from the request, if its headers were complete,
 * otherwise from the bytes in which the error was found.
 */
export function originOfFailed(
  { rawPacket }: { readonly rawPacket?: unknown },
  socket: Duplex & {
    readonly _httpMessage?: ServerResponse<IncomingMessage> | null;
  },
): string | undefined {
  const origin = socket._httpMessage?.req.headers.origin;
  if (typeof origin === "string") return origin;
  const text = Buffer.isBuffer(rawPacket) ? rawPacket.toString("latin1") : "";
  const [, ...lines] = text.split("\r\n");
  return lines
    .find((line) => /^origin:/i.test(line))
    ?.slice("origin:".length)
    .trim();
}
