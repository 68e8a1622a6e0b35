import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Logger } from "../../logging/logger.js";
import type { Connections } from "../connections.js";
import { httpError } from "./http-errors.js";
import { rawResponse } from "./raw-response.js";

/**
 * Answers requests that Node would refuse itself, without a request id and a log line:
 * CONNECT, and an unknown value of Expect.
 */
export function answerNodeRefusals(
  server: Server,
  connections: Connections,
  logger: Logger,
): void {
  server.on("connect", ({ headers }: IncomingMessage, socket: Duplex) => {
    const error = httpError("methodNotAllowed", {
      en: "CONNECT is not supported: the gateway is not a proxy.",
      zh: "不支持 CONNECT：网关不是代理。",
    });
    connections.dismiss(socket, rawResponse(error, headers, logger));
  });
  server.on(
    "checkExpectation",
    ({ headers, socket }: IncomingMessage, response: ServerResponse) => {
      const text = rawResponse(httpError("expectation"), headers, logger);
      response.detachSocket(socket);
      connections.dismiss(socket, text);
    },
  );
}
