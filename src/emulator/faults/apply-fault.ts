import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip, gzipSync } from "node:zlib";
import type { EmulatorClock } from "../clock.js";
import type { FaultEffect } from "./fault-kinds.js";
import type { FaultRule } from "./faults.js";
import {
  serializeResponse,
  type ResponseFormat,
  type RpcResponse,
} from "../wire/rpc-response.js";
import { sendBytes, sendSerialized } from "../wire/send-response.js";

/** Input of a fault effect. */
export interface FaultContext {
  readonly response: ServerResponse;
  readonly rule: FaultRule;
  /** The normal response. If the action was not executed: the fault's error or an empty success. */
  readonly answer: RpcResponse;
  readonly format: ResponseFormat;
  readonly clock: EmulatorClock;
  /** Id of a contact other than the one in the request. */
  readonly otherContactId: string;
}

type Effect = (context: FaultContext) => void | Promise<void>;

const HTML_PAGE =
  "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";
const JSON_TYPE = "application/json;charset=utf-8";
const CHUNK_BYTES = 64 * 1024;

/**
 * How each effect completes a call.
 *
 * `delay`, `clockSkew`, `resetOnReuse`, `repeatRow` and `skipRow` do their main work in the endpoint. Here they only
 * finish the call.
 */
const EFFECTS: Record<FaultEffect, Effect> = {
  error: sendUnchanged,
  status503: sendUnchanged,
  throttle: sendUnchanged,
  delay: sendUnchanged,
  clockSkew: sendUnchanged,
  repeatRow: sendUnchanged,
  skipRow: sendUnchanged,
  reset: resetConnection,
  resetOnReuse: resetConnection,
  cutBody: ({ response, ...context }) => {
    const { text, ...head } = serialized(context);
    const bytes = Buffer.from(text);
    response.writeHead(head.httpStatus, {
      "content-type": head.contentType,
      "content-length": bytes.length,
    });
    response.write(bytes.subarray(0, bytes.length >> 1), () =>
      response.socket?.destroy(),
    );
  },
  badJson: ({ response, ...context }) => {
    const { text } = serialized(context);
    sendBytes(response, 200, JSON_TYPE, text.slice(0, text.length >> 1));
  },
  html: ({ response }) => sendBytes(response, 502, "text/html", HTML_PAGE),
  empty: ({ response }) => sendBytes(response, 200, JSON_TYPE, ""),
  emptyObject: ({ response }) => sendBytes(response, 200, JSON_TYPE, "{}"),
  noCode: ({ response, answer }) =>
    sendBytes(
      response,
      500,
      JSON_TYPE,
      JSON.stringify({
        RequestId: answer.body["RequestId"],
        Message: "The request processing has failed.",
      }),
    ),
  // The connection stays open until the client or `stop` closes it.
  hang: () => undefined,
  huge: async ({ response, answer, rule }) => {
    response.writeHead(200, { "content-type": JSON_TYPE });
    await pipeline(padding(answer, rule.bytes), response);
  },
  gzipBomb: async ({ response, answer, rule }) => {
    response.writeHead(200, {
      "content-type": JSON_TYPE,
      "content-encoding": "gzip",
    });
    await pipeline(padding(answer, rule.bytes), createGzip(), response);
  },
  gzip: ({ response, ...context }) => {
    const { httpStatus, contentType, text } = serialized(context);
    response.setHeader("content-encoding", "gzip");
    sendBytes(response, httpStatus, contentType, gzipSync(text));
  },
  trickle: async ({ response, rule, clock, ...context }) => {
    const { httpStatus, contentType, text } = serialized(context);
    const bytes = Buffer.from(text);
    response.writeHead(httpStatus, {
      "content-type": contentType,
      "content-length": bytes.length,
    });
    const step = Math.max(1, rule.bytes);
    for (let at = 0; at < bytes.length && !response.destroyed; at += step) {
      response.write(bytes.subarray(at, at + step));
      await clock.wait(rule.ms);
    }
    response.end();
  },
  slowClose: async ({ response, rule, clock, ...context }) => {
    const { httpStatus, contentType, text } = serialized(context);
    response.shouldKeepAlive = false;
    response.useChunkedEncodingByDefault = false;
    response.writeHead(httpStatus, { "content-type": contentType });
    response.write(text);
    await clock.wait(rule.ms);
    response.end();
  },
  xml: (context) => sendUnchanged({ ...context, format: "XML" }),
  protoKey: ({ response, ...context }) => {
    const { httpStatus, contentType, text } = serialized({
      ...context,
      format: "JSON",
    });
    const polluted = text.replace("{", '{"__proto__":{"isPolluted":true},');
    sendBytes(response, httpStatus, contentType, polluted);
  },
  wrongId: (context) =>
    sendUnchanged({
      ...context,
      answer: { ...context.answer, body: withOtherId(context) },
    }),
  wrongShape: (context) =>
    sendUnchanged({
      ...context,
      answer: { ...context.answer, body: withOtherTypes(context.answer.body) },
    }),
};

/** Completes the call with the fault's effect. Ignores errors caused by a client disconnect. */
export async function applyFault(context: FaultContext): Promise<void> {
  try {
    await EFFECTS[context.rule.effect](context);
  } catch (error) {
    if (!context.response.destroyed) throw error;
  }
}

function serialized({
  answer,
  format,
}: Pick<FaultContext, "answer" | "format">) {
  return serializeResponse(answer, format);
}

function sendUnchanged({ response, ...context }: FaultContext): void {
  sendSerialized(response, serialized(context));
}

function resetConnection({ response }: FaultContext): void {
  response.socket?.resetAndDestroy();
}

/** A stream of valid JSON of about `bytes` bytes. */
function padding({ body }: RpcResponse, bytes: number): Readable {
  function* chunks(): Generator<string> {
    yield `${JSON.stringify(body).slice(0, -1)},"Padding":"`;
    for (let left = bytes; left > 0; left -= CHUNK_BYTES) {
      yield "0".repeat(Math.min(left, CHUNK_BYTES));
    }
    yield '"}';
  }
  return Readable.from(chunks());
}

function withOtherId({ answer, otherContactId }: FaultContext) {
  const text = JSON.stringify(answer.body, (key, value: unknown) =>
    key === "ContactId" ? otherContactId : value,
  );
  return JSON.parse(text) as RpcResponse["body"];
}

/** Changes the type of every property. Keeps RequestId, unless it is the only property. */
function withOtherTypes(body: RpcResponse["body"]): RpcResponse["body"] {
  const { RequestId, ...own } = body;
  if (Object.keys(own).length === 0) return { RequestId: 7 };
  const changed = Object.entries(own).map(([name, value]) => [
    name,
    Array.isArray(value) || typeof value === "number"
      ? "none"
      : typeof value === "string"
        ? 7
        : [],
  ]);
  return { RequestId, ...Object.fromEntries(changed) } as RpcResponse["body"];
}
