import type { RouteOptions } from "fastify";
import type { RouteRights } from "../access/access-control.js";
import { isPublicRoute } from "../access/public-routes.js";

declare module "fastify" {
  interface FastifyContextConfig {
    /** What the route asks of a caller; a route without it is refused. */
    rights?: RouteRights;
  }
}

/** Whether a route belongs to the GraphQL door, whose fields ask for rights. */
export function isGraphqlRoute(pattern: string | undefined): boolean {
  return pattern === "/graphql" || pattern?.startsWith("/graphql/") === true;
}

/** What a route asks of a caller: what it says itself, or what its address says. */
export function rightsOf({
  url,
  config,
}: Pick<RouteOptions, "url" | "config">): RouteRights | undefined {
  if (isPublicRoute(url)) return "public";
  return config?.rights;
}
