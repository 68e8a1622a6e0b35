import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";

/**
 * Processes requests with an unknown `Expect` header as if they had none (RFC 9110, section
 * 10.1.1, allows it). Node.js would answer 417 without a body.
 */
export function ignoreExpectations(
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
