import {
  STATUS_CODES,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { Duplex } from "node:stream";
import { PROBLEM_TYPE, type Problem } from "../problem-details.js";

type Headers = readonly (readonly [name: string, value: string])[];

/**
 * A response with problem details, as the text for a socket. For requests that Node.js
 * refuses itself, so that they reach no hook.
 */
export function rawProblem(problem: Problem, headers: Headers): string {
  const { status, requestId } = problem;
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
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...lines.map(([name, value]) => `${name}: ${value}`),
    "",
    body,
  ].join("\r\n");
}

/**
 * Headers of a request that Node.js refuses, as far as they are known: all of them, if
 * they were complete, otherwise the Origin in the bytes in which the error was found.
 */
export function headersOfFailed(
  { rawPacket }: { readonly rawPacket?: unknown },
  socket: Duplex & {
    readonly _httpMessage?: ServerResponse<IncomingMessage> | null;
  },
): IncomingHttpHeaders {
  const { _httpMessage: response } = socket;
  if (response != null) return response.req.headers;
  const text = Buffer.isBuffer(rawPacket) ? rawPacket.toString("latin1") : "";
  const [, ...lines] = text.split("\r\n");
  const origin = lines
    .find((line) => /^origin:/i.test(line))
    ?.slice("origin:".length)
    .trim();
  return origin === undefined ? {} : { origin };
}
