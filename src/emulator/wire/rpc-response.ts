import type { ServerResponse } from "node:http";
import type { RenderedAnswer } from "./rpc-answer.js";

/** Headers of every answer; Date follows the emulator's clock and not the machine's. */
export function setCommonHeaders(
  response: ServerResponse,
  requestId: string,
  at: number,
): void {
  response.sendDate = false;
  response.setHeader("date", new Date(at).toUTCString());
  response.setHeader("x-acs-request-id", requestId);
}

export function sendRendered(
  response: ServerResponse,
  { httpStatus, contentType, headers, text }: RenderedAnswer,
): void {
  for (const [name, value] of Object.entries(headers)) {
    response.setHeader(name, value);
  }
  sendBytes(response, httpStatus, contentType, text);
}

/** Sends nothing when the client has gone. */
export function sendBytes(
  response: ServerResponse,
  httpStatus: number,
  contentType: string,
  body: string | Buffer,
): void {
  if (response.destroyed) return;
  const bytes = Buffer.from(body);
  response.writeHead(httpStatus, {
    "content-type": contentType,
    "content-length": bytes.length,
  });
  response.end(bytes);
}
