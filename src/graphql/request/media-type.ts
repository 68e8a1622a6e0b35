import Negotiator from "negotiator";

/**
 * Media types of GraphQL responses (GraphQL over HTTP, section 4.1). Apollo Server
 * compares the same values, so it makes the same choice.
 */
const MEDIA_TYPES = [
  "application/json; charset=utf-8",
  "application/graphql-response+json; charset=utf-8",
];

/** For requests without `Accept`, and for errors of requests that accept neither. */
export const DEFAULT_MEDIA_TYPE = "application/json; charset=utf-8";

/**
 * Media type of the response to a GraphQL request.
 *
 * @returns null when the client accepts neither type
 */
export function graphqlMediaType(accept: string | undefined): string | null {
  if (accept === undefined || accept === "") return DEFAULT_MEDIA_TYPE;
  const negotiator = new Negotiator({ headers: { accept } });
  return negotiator.mediaType(MEDIA_TYPES) ?? null;
}
