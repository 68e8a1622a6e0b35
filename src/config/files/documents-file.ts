import { createHash } from "node:crypto";
import { objectIn } from "./json-file.js";

const SETTING = "PERSISTED_DOCUMENTS_FILE";

/** Prefix of an id that is the document's own hash (GraphQL-over-HTTP, appendix). */
const HASHED = "sha256:";

const HEX_DIGEST = /^[0-9a-f]{64}$/;

/**
 * Reads the manifest: document id to document. An id that is a hash must be the
 * hash of its document, so that a changed document cannot hide behind an old id.
 */
export function readDocuments(
  path: string,
  problems: string[],
): ReadonlyMap<string, string> {
  const documents = new Map<string, string>();
  const file = objectIn(path, SETTING, problems);
  for (const [id, document] of Object.entries(file ?? {})) {
    if (typeof document !== "string" || document === "") {
      problems.push(`${SETTING} must hold a text for each id`);
      break;
    }
    const digest = createHash("sha256").update(document).digest("hex");
    const hash = HEX_DIGEST.test(id)
      ? id
      : id.startsWith(HASHED)
        ? id.slice(HASHED.length)
        : null;
    if (hash !== null && hash !== digest) {
      problems.push(`${SETTING} holds an id that is not its document's hash`);
      break;
    }
    documents.set(HEX_DIGEST.test(id) ? `${HASHED}${id}` : id, document);
  }
  return documents;
}
