import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { FastifyInstance } from "fastify";
import type { Connections } from "../connections.js";
import { httpError } from "../errors/http-errors.js";
import type { Ingress } from "./ingress.js";

/** Answers what Node.js would refuse without a problem document. */
export function replaceNodeDefaults(
  fastify: Pick<FastifyInstance, "routing" | "server">,
  connections: Connections,
  ingress: Pick<Ingress, "rawRefusal">,
): void {
  ignoreExpectations(fastify.server, fastify);
  refuseConnect(fastify.server, connections, ingress);
}

/**
 * Processes requests with an unknown `Expect` header as if they had none (RFC 9110, section
 * 10.1.1, allows it). Node.js would answer 417 without a body.
 */
function ignoreExpectations(
  server: Server,
  fastify: Pick<FastifyInstance, "routing">,
): void {
  server.on(
    "checkExpectation",
    (request: IncomingMessage, response: ServerResponse) => {
      fastify.routing(request, response);
    },
  );
}

/** Answers CONNECT. Node.js would close the connection without a response. */
function refuseConnect(
  server: Server,
  connections: Connections,
  ingress: Pick<Ingress, "rawRefusal">,
): void {
  server.on("connect", ({ headers }: IncomingMessage, socket: Duplex) => {
    const error = httpError("methodNotAllowed", {
      en: "CONNECT is not supported: the gateway is not a proxy.",
      zh: "不支持 CONNECT：网关不是代理。",
    });
    connections.dismiss(socket, ingress.rawRefusal(error, headers));
  });
}
