import { createHash } from "node:crypto";
import { z } from "zod";
import { isObject, readJsonFile } from "./json-file.js";

/** Prefix of an id that is the hash of its document (GraphQL-over-HTTP, appendix). */
const HASHED = "sha256:";

const HEX_DIGEST = /^[0-9a-f]{64}$/;

/** Value of `format` in the manifests of @apollo/generate-persisted-query-manifest. */
const APOLLO_FORMAT = "apollo-persisted-query-manifest";

/** An id and its document, before they are checked. */
type Entry = readonly [id: string, document: unknown];

const PLAIN = z
  .custom<Readonly<Record<string, string>>>(isObject, "must be a JSON object")
  .superRefine((documents, context) => {
    // An id may be any text, so problems name an entry by its position.
    for (const [index, entry] of Object.entries(documents).entries()) {
      const message = problemOf(entry);
      const path = [`entry ${index + 1}`];
      if (message !== null) context.addIssue({ code: "custom", path, message });
    }
  })
  .transform((documents) => Object.entries(documents));

const APOLLO = z
  .object({
    format: z.literal(APOLLO_FORMAT),
    version: z.literal(1, "must be 1"),
    operations: z.array(
      z.looseObject({
        id: z.string("must be text").min(1, "must not be empty"),
        body: z.string("must be text"),
      }),
      "must be a list",
    ),
  })
  .superRefine(({ operations }, context) => {
    const bodies = new Map<string, string>();
    for (const [index, { id, body }] of operations.entries()) {
      const known = bodies.get(id);
      const message =
        known !== undefined && known !== body
          ? "must not have the id of another document"
          : problemOf([id, body]);
      const path = ["operations", index];
      if (message !== null) context.addIssue({ code: "custom", path, message });
      bodies.set(id, body);
    }
  })
  .transform(({ operations }) =>
    operations.map(({ id, body }): [string, string] => [id, body]),
  );

function problemOf([id, document]: Entry): string | null {
  if (typeof document !== "string" || document === "") {
    return "must be a GraphQL document";
  }
  const expected = hashIn(id);
  return expected === null || expected === hashOf(document)
    ? null
    : "must have the hash of its document as id";
}

/**
 * Reads the manifest of documents by id: a JSON object that maps ids to documents, as
 * Relay's compiler and graphql-codegen write it, or Apollo's manifest. An id that is a
 * SHA-256 must be the hash of its document, so that a document cannot change under the
 * same id. Any other id, for example Relay's MD5, is accepted as it is.
 *
 * @returns documents by id; an id that is a SHA-256 has the prefix `sha256:`
 */
export function readDocuments(
  path: string,
  problems: string[],
): ReadonlyMap<string, string> {
  const file = readJsonFile(path, manifestOf());
  problems.push(
    ...file.problems.map((one) => `PERSISTED_DOCUMENTS_FILE: ${one}`),
  );
  return new Map(
    (file.value ?? []).map(([id, document]) => [
      HEX_DIGEST.test(id) ? `${HASHED}${id}` : id,
      document,
    ]),
  );
}

/** A plain map may have an entry `format`, so only its value identifies Apollo's. */
function manifestOf(): z.ZodType<[string, string][]> {
  return z.unknown().transform((value, context) => {
    const isApollo = isObject(value) && value["format"] === APOLLO_FORMAT;
    const result = (isApollo ? APOLLO : PLAIN).safeParse(value);
    if (result.success) return result.data;
    for (const { path, message } of result.error.issues) {
      context.addIssue({ code: "custom", path: [...path], message });
    }
    return z.NEVER;
  });
}

/** The hash in an id, with or without prefix; null if the id is not a hash. */
function hashIn(id: string): string | null {
  if (HEX_DIGEST.test(id)) return id;
  return id.startsWith(HASHED) ? id.slice(HASHED.length) : null;
}

function hashOf(document: string): string {
  return createHash("sha256").update(document).digest("hex");
}
