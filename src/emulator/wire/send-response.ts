import type { ServerResponse } from "node:http";
import type { SerializedResponse } from "./rpc-response.js";

/** Sets the headers of every response. Date uses the emulator's clock. */
export function setCommonHeaders(
  response: ServerResponse,
  requestId: string,
  at: number,
): void {
  response.sendDate = false;
  response.setHeader("date", new Date(at).toUTCString());
  response.setHeader("x-acs-request-id", requestId);
}

export function sendSerialized(
  response: ServerResponse,
  { httpStatus, contentType, headers, text }: SerializedResponse,
): void {
  for (const [name, value] of Object.entries(headers)) {
    response.setHeader(name, value);
  }
  sendBytes(response, httpStatus, contentType, text);
}

/** Sends a response. Does nothing when the client has disconnected. */
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
