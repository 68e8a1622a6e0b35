/** Pages without authentication. They contain no directory data. */
const PUBLIC_PAGES = [
  "/playground",
  "/docs",
  "/openapi.json",
  "/schema.graphql",
  "/errors",
] as const;

/**
 * Whether a route is public, by its declared pattern. The request URL is never
 * used, because one path has many spellings.
 */
export function isPublicRoute(pattern: string): boolean {
  return (
    pattern === "/" ||
    PUBLIC_PAGES.some(
      (page) => pattern === page || pattern.startsWith(`${page}/`),
    )
  );
}
