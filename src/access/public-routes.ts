/** Pages without authentication. They contain no directory data. */
const PUBLIC_PAGES = [
  "/playground",
  "/docs",
  "/openapi.json",
  "/schema.graphql",
  "/errors",
] as const;

/** Documents for tools of any origin. They are the same for everyone. */
const SHARED_DOCUMENTS: readonly (string | undefined)[] = [
  "/openapi.json",
  "/possibleTypes.json",
  "/schema.graphql",
];

/** Whether pages of every origin may read a route, by its declared pattern. */
export function isSharedDocument(pattern: string | undefined): boolean {
  return SHARED_DOCUMENTS.includes(pattern);
}

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
