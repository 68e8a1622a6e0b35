import { createHash } from "node:crypto";
import { z } from "zod";
import { isObject, readJsonFile } from "./json-file.js";

/** Prefix of an id that is the hash of its document (GraphQL-over-HTTP, appendix). */
const HASHED = "sha256:";

const HEX_DIGEST = /^[0-9a-f]{64}$/;

const MANIFEST = z
  .custom<Readonly<Record<string, string>>>(isObject, "must be a JSON object")
  .superRefine((documents, context) => {
    // An id may be any text, so problems name an entry by its position.
    for (const [index, [id, document]] of Object.entries(documents).entries()) {
      const message = problemOf(id, document);
      const path = [`entry ${index + 1}`];
      if (message !== null) context.addIssue({ code: "custom", path, message });
    }
  });

function problemOf(id: string, document: unknown): string | null {
  if (typeof document !== "string" || document === "") {
    return "must be a GraphQL document";
  }
  const expected = hashIn(id);
  return expected === null || expected === hashOf(document)
    ? null
    : "must have the hash of its document as id";
}

/**
 * Reads the manifest, which maps document ids to documents. An id that is a hash must be
 * the hash of its document, so that a document cannot change under the same id.
 */
export function readDocuments(
  path: string,
  problems: string[],
): ReadonlyMap<string, string> {
  const file = readJsonFile(path, MANIFEST);
  problems.push(
    ...file.problems.map((one) => `PERSISTED_DOCUMENTS_FILE: ${one}`),
  );
  return new Map(
    Object.entries(file.value ?? {}).map(([id, document]) => [
      HEX_DIGEST.test(id) ? `${HASHED}${id}` : id,
      document,
    ]),
  );
}

/** The hash in an id, with or without prefix; null if the id is not a hash. */
function hashIn(id: string): string | null {
  if (HEX_DIGEST.test(id)) return id;
  return id.startsWith(HASHED) ? id.slice(HASHED.length) : null;
}

function hashOf(document: string): string {
  return createHash("sha256").update(document).digest("hex");
}
