/** Pages that anybody may read: they hold no data of the directory. */
const PUBLIC_PAGES = [
  "/playground",
  "/docs",
  "/openapi.json",
  "/schema.graphql",
  "/errors",
] as const;

/**
 * Whether a route is public, by the pattern under which it was declared. The
 * address as it was typed is never asked: it can be spelled in many ways.
 */
export function isPublicRoute(pattern: string): boolean {
  return (
    pattern === "/" ||
    PUBLIC_PAGES.some(
      (page) => pattern === page || pattern.startsWith(`${page}/`),
    )
  );
}
