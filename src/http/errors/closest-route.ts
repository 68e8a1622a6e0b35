import { ErrorCode, type Sentence } from "../../errors/error-codes.js";
import { similarNames } from "../../errors/similar-names.js";

/** Maximum length of a path that is compared with the routes. */
const MAX_PATH_LENGTH = 100;

/** Returns advice with the route that resembles a URL; undefined if none does. */
export type ClosestRoute = (url: string) => Sentence | undefined;

declare module "fastify" {
  interface FastifyInstance {
    /** Set once all routes are declared. */
    closestRoute?: ClosestRoute;
  }
}

/**
 * Compares URLs that match no route with the declared routes.
 *
 * @param patterns URL patterns of all routes, such as `/v1/things/:id`
 */
export function closestRouteAmong(patterns: Iterable<string>): ClosestRoute {
  const routes = [...patterns]
    .filter((pattern) => !pattern.includes("*"))
    .flatMap((pattern) =>
      pattern === "/errors/:code"
        ? Object.values(ErrorCode).map((code) => `/errors/${code}`)
        : [pattern],
    );
  return (url) => {
    const [path = ""] = url.split("?", 1);
    if (path.length > MAX_PATH_LENGTH) return undefined;
    const given = path.split("/");
    // A parameter takes the segment of the URL, so that it does not count as a difference.
    const byPath = new Map(
      routes.map((route) => [
        route
          .split("/")
          .map((part, at) =>
            part.startsWith(":") ? (given[at] ?? part) : part,
          )
          .join("/"),
        route,
      ]),
    );
    const [closest] = similarNames(path, [...byPath.keys()]);
    const route = closest === undefined ? undefined : byPath.get(closest);
    if (route === undefined) return undefined;
    const shown = route.replaceAll(/:(\w+)/g, "{$1}");
    return {
      en: `Did you mean ${shown}? The API description is at /openapi.json.`,
      zh: `您是否想访问 ${shown}？接口说明见 /openapi.json。`,
    };
  };
}
