import type { Config } from "../config/config.js";
import { isObject } from "../config/files/json-file.js";

/** Members of a GraphQL request that identify its document. */
export interface DocumentRequest {
  readonly query?: unknown;
  readonly documentId?: unknown;
  readonly extensions?: unknown;
}

const HASHED = "sha256:";

/**
 * Finds the document of a request. The request has the text or an id of the
 * manifest: `documentId` (GraphQL over HTTP) or `persistedQuery` (Apollo clients).
 * Requests never add a document to the manifest.
 */
export class PersistedDocuments {
  private readonly mode: Config["PERSISTED_DOCUMENTS"];
  private readonly byId: ReadonlyMap<string, string>;
  private readonly known: ReadonlySet<string>;

  constructor({
    PERSISTED_DOCUMENTS: mode,
    documents,
  }: Pick<Config, "PERSISTED_DOCUMENTS" | "documents">) {
    this.mode = mode;
    this.byId = mode === "off" ? new Map() : documents;
    this.known = new Set(this.byId.values());
  }

  /** Returns the text to run; null when it is missing, unknown or not allowed. */
  find(request: DocumentRequest): string | null {
    const { query } = request;
    const id = this.mode === "off" ? undefined : idOf(request);
    if (typeof query === "string" && query !== "") {
      const isAllowed = this.mode !== "only" || this.known.has(query);
      const matchesId = id === undefined || this.byId.get(id) === query;
      return isAllowed && matchesId ? query : null;
    }
    if (query !== undefined && query !== null) return null;
    return id === undefined ? null : (this.byId.get(id) ?? null);
  }
}

function idOf({ documentId, extensions }: DocumentRequest): string | undefined {
  if (typeof documentId === "string") return documentId;
  const persisted = isObject(extensions)
    ? extensions["persistedQuery"]
    : undefined;
  const hash = isObject(persisted) ? persisted["sha256Hash"] : undefined;
  return typeof hash === "string" ? HASHED + hash : undefined;
}
