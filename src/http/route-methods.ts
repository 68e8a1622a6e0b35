import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "../logging/logger.js";
import { closestRouteAmong } from "./errors/closest-route.js";
import { httpError } from "./errors/http-errors.js";
import { refuse, type RefusalRenderer } from "./refusal.js";

const METHODS = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
] as const;

interface DeclaredUrl {
  readonly methods: Set<string>;
  /** Renderer of the routes with this URL. */
  readonly renderer: RefusalRenderer | undefined;
}

/** Records the methods of each URL while routes are declared. */
export class RouteMethods {
  private readonly byUrl = new Map<string, DeclaredUrl>();

  constructor(fastify: FastifyInstance) {
    fastify.addHook("onRoute", ({ url, method, config, constraints = {} }) => {
      // A WebSocket route accepts GET only for a handshake, so plain GET stays a 405.
      if ("upgrade" in constraints) return;
      const declared = this.byUrl.get(url) ?? {
        methods: new Set(),
        renderer: config?.refuse,
      };
      for (const one of [method].flat()) {
        declared.methods.add(one.toUpperCase());
      }
      this.byUrl.set(url, declared);
    });
  }

  /** Answers every other method of a declared URL with 405 and `Allow`. */
  refuseOthers(fastify: FastifyInstance, logger: Logger): void {
    fastify.closestRoute = closestRouteAmong(this.byUrl.keys());
    for (const [url, { methods, renderer }] of [...this.byUrl]) {
      if (url.includes("*")) continue;
      const allow = [...methods].join(", ");
      const error = httpError("methodNotAllowed", {
        en: `Supported methods: ${allow}.`,
        zh: `支持的方法：${allow}。`,
      });
      const notAllowed = (
        request: FastifyRequest,
        reply: FastifyReply,
      ): FastifyReply =>
        refuse(request, reply.header("allow", allow), error, logger);
      fastify.route({
        url,
        method: METHODS.filter((method) => !methods.has(method)),
        config: {
          rights: "signed",
          ...(renderer === undefined ? {} : { refuse: renderer }),
        },
        handler: notAllowed,
        // A body that the parser rejects is a 405 as well.
        errorHandler: (_error, request, reply) => {
          void notAllowed(request, reply);
        },
      });
    }
  }
}
