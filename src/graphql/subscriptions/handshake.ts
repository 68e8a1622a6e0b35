import type { IncomingHttpHeaders } from "node:http";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";

/** A random value of 16 bytes in base64 (RFC 6455, section 4.2.1). */
const KEY = /^[+/\dA-Za-z]{22}==$/;

/** Versions of the WebSocket protocol that ws supports. */
const VERSIONS: readonly unknown[] = ["13", "8"];

const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * Checks the headers of a WebSocket handshake that ws would refuse with a response of
 * its own, without a request id.
 *
 * @throws {GatewayError} BAD_REQUEST
 */
export function checkHandshake(headers: IncomingHttpHeaders): void {
  if (!KEY.test(headers["sec-websocket-key"] ?? "")) {
    throw invalid(
      "Sec-WebSocket-Key",
      "16 random bytes in base64",
      "16 个随机字节的 base64 编码",
    );
  }
  if (!VERSIONS.includes(headers["sec-websocket-version"])) {
    throw invalid("Sec-WebSocket-Version", "13", "13");
  }
  const protocol = headers["sec-websocket-protocol"];
  if (protocol !== undefined && !isProtocolList(protocol)) {
    throw invalid(
      "Sec-WebSocket-Protocol",
      "graphql-transport-ws",
      "graphql-transport-ws",
    );
  }
}

/** A list of different tokens (RFC 9110, section 5.6.2). */
function isProtocolList(header: string): boolean {
  const names = header.split(",").map((name) => name.trim());
  return (
    new Set(names).size === names.length &&
    names.every((name) => TOKEN.test(name))
  );
}

function invalid(header: string, en: string, zh: string): GatewayError {
  return new GatewayError(ErrorCode.BAD_REQUEST, {
    reason: "handshake",
    header: header.toLowerCase(),
    problem: {
      en: `The WebSocket handshake has no valid header ${header}.`,
      zh: `WebSocket 握手缺少有效的 ${header} 请求头。`,
    },
    advice: {
      en: `Expected: ${en}. Use a client for the protocol graphql-transport-ws.`,
      zh: `应为：${zh}。请使用支持 graphql-transport-ws 协议的客户端。`,
    },
  });
}
