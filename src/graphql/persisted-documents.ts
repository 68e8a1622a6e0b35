import type { Config } from "../config/config.js";
import { isObject } from "../config/files/json-file.js";

/** The members of a GraphQL request that say which document to run. */
export interface DocumentRequest {
  readonly query?: unknown;
  readonly documentId?: unknown;
  readonly extensions?: unknown;
}

const HASHED = "sha256:";

/**
 * Finds the document of a request: its text, or an id of the manifest
 * (`documentId` of GraphQL over HTTP, `persistedQuery` of Apollo's clients).
 * Nothing a client sends is ever added to the manifest.
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

  /** The text to run; null where there is none or it is not trusted. */
  find(request: DocumentRequest): string | null {
    const { query } = request;
    const id = this.mode === "off" ? undefined : idOf(request);
    if (typeof query === "string" && query !== "") {
      const isTaken = this.mode !== "only" || this.known.has(query);
      const isSame = id === undefined || this.byId.get(id) === query;
      return isTaken && isSame ? query : null;
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
