import type { FastifyInstance, RouteOptions } from "fastify";
import type { RouteRights } from "../access/access-control.js";
import { isPublicRoute } from "../access/public-routes.js";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Rights that the route requires of a caller. */
    rights?: RouteRights;
  }
}

/** Whether a route pattern belongs to the GraphQL API. */
export function isGraphqlRoute(pattern: string | undefined): boolean {
  return pattern === "/graphql" || pattern?.startsWith("/graphql/") === true;
}

/**
 * Completes the config of every route with its rights.
 *
 * @throws {Error} at start-up, for a route that declares none and is not public
 */
export function requireRights(fastify: FastifyInstance): void {
  fastify.addHook("onRoute", (route) => {
    const rights = rightsOf(route);
    if (rights === undefined) {
      throw new Error(
        `${String(route.method)} ${route.url} declares no rights`,
      );
    }
    route.config = { ...route.config, rights };
  });
}

function rightsOf({
  url,
  config,
}: Pick<RouteOptions, "url" | "config">): RouteRights | undefined {
  return isPublicRoute(url) ? "public" : config?.rights;
}
