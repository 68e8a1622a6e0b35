import type { INestApplicationContext } from "@nestjs/common";
import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RouteHandlerMethod,
} from "fastify";
import { sendProblem } from "../../http/problem-details.filter.js";
import type { Logger } from "../../logging/logger.js";
import { MessageContactsController } from "./message-contacts.controller.js";

const ROUTE = "/v1/message-contacts/:id";

/**
 * Calls the controller for `GET` of one contact without Nest's router, which prepares
 * guards, interceptors and pipes that the gateway does not have. The hooks of the route
 * and the rendering of errors are the same.
 */
export class DirectRead {
  private controller: MessageContactsController | null = null;

  private constructor(private readonly logger: Logger) {}

  /** Prepares the route; call it before Nest declares its routes. */
  static on(fastify: FastifyInstance, logger: Logger): DirectRead {
    const read = new DirectRead(logger);
    fastify.addHook("onRoute", (route) => {
      if (route.method !== "GET" || route.url !== ROUTE) return;
      route.handler = read.handlerOr(route.handler);
    });
    return read;
  }

  /** Takes the controller of a started application; until then Nest's handler answers. */
  use(app: INestApplicationContext): void {
    this.controller = app.get(MessageContactsController, { strict: false });
  }

  private handlerOr(ofNest: RouteHandlerMethod): RouteHandlerMethod {
    const answer = (request: FastifyRequest, reply: FastifyReply): unknown => {
      const { id } = request.params as { readonly id: string };
      return this.controller === null || id === ""
        ? ofNest.call(request.server, request, reply)
        : this.answer(this.controller, id, request, reply);
    };
    return answer;
  }

  private async answer(
    controller: MessageContactsController,
    id: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    try {
      const text = await controller.getMessageContact(
        id,
        reply,
        request.callContext,
      );
      return reply.send(text);
    } catch (error) {
      return sendProblem(request, reply, error, this.logger);
    }
  }
}
