import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip, gzipSync } from "node:zlib";
import type { EmulatorClock } from "../clock.js";
import type { FaultEffect } from "../faults/fault-kinds.js";
import type { FaultRule } from "../faults/faults.js";
import {
  renderAnswer,
  type AnswerFormat,
  type RpcAnswer,
} from "../wire/rpc-answer.js";
import { sendBytes, sendRendered } from "../wire/rpc-response.js";

/** What an effect has at hand. */
export interface FaultScene {
  readonly response: ServerResponse;
  readonly rule: FaultRule;
  /** The right answer; when nothing was carried out, the fault's own error or a bare success. */
  readonly answer: RpcAnswer;
  readonly format: AnswerFormat;
  readonly clock: EmulatorClock;
  /** The id of a contact that the call was not about. */
  readonly otherContactId: string;
}

type Effect = (scene: FaultScene) => void | Promise<void>;

const HTML_PAGE =
  "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";
const JSON_TYPE = "application/json;charset=utf-8";
const PIECE_BYTES = 64 * 1024;

/**
 * How each effect ends a call.
 *
 * `delay` comes here when its wait is over, and the two effects of a call's arrival only as
 * far as they end it.
 */
const EFFECTS: Record<FaultEffect, Effect> = {
  error: sendAnswer,
  status503: sendAnswer,
  throttle: sendAnswer,
  delay: sendAnswer,
  clockSkew: sendAnswer,
  reset: resetConnection,
  resetOnReuse: resetConnection,
  cutBody: ({ response, ...scene }) => {
    const { text, ...head } = rendered(scene);
    const bytes = Buffer.from(text);
    response.writeHead(head.httpStatus, {
      "content-type": head.contentType,
      "content-length": bytes.length,
    });
    response.write(bytes.subarray(0, bytes.length >> 1), () =>
      response.socket?.destroy(),
    );
  },
  badJson: ({ response, ...scene }) => {
    const { text } = rendered(scene);
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
  // The connection stays open until the client or `stop` ends it.
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
  gzip: ({ response, ...scene }) => {
    const { httpStatus, contentType, text } = rendered(scene);
    response.setHeader("content-encoding", "gzip");
    sendBytes(response, httpStatus, contentType, gzipSync(text));
  },
  trickle: async ({ response, rule, clock, ...scene }) => {
    const { httpStatus, contentType, text } = rendered(scene);
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
  slowClose: async ({ response, rule, clock, ...scene }) => {
    const { httpStatus, contentType, text } = rendered(scene);
    response.shouldKeepAlive = false;
    response.useChunkedEncodingByDefault = false;
    response.writeHead(httpStatus, { "content-type": contentType });
    response.write(text);
    await clock.wait(rule.ms);
    response.end();
  },
  xml: (scene) => sendAnswer({ ...scene, format: "XML" }),
  protoKey: ({ response, ...scene }) => {
    const { httpStatus, contentType, text } = rendered({
      ...scene,
      format: "JSON",
    });
    const polluted = text.replace("{", '{"__proto__":{"isPolluted":true},');
    sendBytes(response, httpStatus, contentType, polluted);
  },
  wrongId: (scene) =>
    sendAnswer({
      ...scene,
      answer: { ...scene.answer, body: withOtherId(scene) },
    }),
  wrongShape: (scene) =>
    sendAnswer({
      ...scene,
      answer: { ...scene.answer, body: withOtherTypes(scene.answer.body) },
    }),
};

/** Ends the call as the fault says; a client that goes away early is no failure. */
export async function playFault(scene: FaultScene): Promise<void> {
  try {
    await EFFECTS[scene.rule.effect](scene);
  } catch (error) {
    if (!scene.response.destroyed) throw error;
  }
}

function rendered({ answer, format }: Pick<FaultScene, "answer" | "format">) {
  return renderAnswer(answer, format);
}

function sendAnswer({ response, ...scene }: FaultScene): void {
  sendRendered(response, rendered(scene));
}

function resetConnection({ response }: FaultScene): void {
  response.socket?.resetAndDestroy();
}

/** A valid JSON text of about `bytes`, in pieces. */
function padding({ body }: RpcAnswer, bytes: number): Readable {
  function* pieces(): Generator<string> {
    yield `${JSON.stringify(body).slice(0, -1)},"Padding":"`;
    for (let left = bytes; left > 0; left -= PIECE_BYTES) {
      yield "0".repeat(Math.min(left, PIECE_BYTES));
    }
    yield '"}';
  }
  return Readable.from(pieces());
}

function withOtherId({ answer, otherContactId }: FaultScene) {
  const text = JSON.stringify(answer.body, (key, value: unknown) =>
    key === "ContactId" ? otherContactId : value,
  );
  return JSON.parse(text) as RpcAnswer["body"];
}

/** RequestId stays, unless there is nothing else. */
function withOtherTypes(body: RpcAnswer["body"]): RpcAnswer["body"] {
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
  return { RequestId, ...Object.fromEntries(changed) } as RpcAnswer["body"];
}
