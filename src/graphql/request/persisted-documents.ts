import { createHash } from "node:crypto";
import type { Config } from "../../config/config.js";
import { isObject } from "../../config/files/json-file.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import { AutomaticQueries } from "./automatic-queries.js";
import { malformed } from "./malformed.js";

/** Members of a GraphQL request that identify its document. */
export interface DocumentRequest {
  readonly query?: unknown;
  /** Id of a document (GraphQL over HTTP, appendix A). */
  readonly documentId?: unknown;
  /** Id of a document, as in the examples of Relay's documentation. */
  readonly doc_id?: unknown;
  /** Id of a document, as some clients of Relay's compiler send it. */
  readonly id?: unknown;
  readonly extensions?: unknown;
}

const HASHED = "sha256:";

const HEX_DIGEST = /^[0-9a-f]{64}$/;

/** The document of a request. */
export interface FoundDocument {
  /** Its text, also when the client sent only its id. */
  readonly query: string;
  /** Verified SHA-256 of `query`, if the client asks to register the document. */
  readonly hashToRegister?: string;
}

/**
 * Finds the document of a request. The request has the text, the id of a document
 * of the manifest, or the hash of a document that a client has registered.
 * Requests never add a document to the manifest.
 */
export class PersistedDocuments {
  private readonly mode: Config["PERSISTED_DOCUMENTS"];
  private readonly byId: ReadonlyMap<string, string>;
  private readonly known: ReadonlySet<string>;

  constructor(
    {
      PERSISTED_DOCUMENTS: mode,
      documents,
    }: Pick<Config, "PERSISTED_DOCUMENTS" | "documents">,
    private readonly automatic = new AutomaticQueries(),
  ) {
    this.mode = mode;
    this.byId = mode === "off" ? new Map() : documents;
    this.known = new Set(this.byId.values());
  }

  /**
   * @throws {GatewayError} BAD_REQUEST, PERSISTED_DOCUMENT_NOT_FOUND,
   *   PERSISTED_QUERY_NOT_FOUND, PERSISTED_QUERY_NOT_SUPPORTED
   */
  find(request: DocumentRequest): FoundDocument {
    const { query = null } = request;
    if (query !== null && typeof query !== "string") throw malformed("query");
    const hash = hashOf(request.extensions);
    if (query === null || query === "") {
      return { query: this.textOf(hash, idOf(request)) };
    }
    for (const id of [hash, idOf(request)]) {
      const persisted = id === null ? undefined : this.fromManifest(id);
      if (persisted !== undefined && persisted !== query) {
        throw malformed("documentOfId");
      }
    }
    const hashToRegister = hash === null ? null : this.verified(hash, query);
    if (this.mode !== "only") {
      return hashToRegister === null ? { query } : { query, hashToRegister };
    }
    if (this.known.has(query)) return { query };
    throw new GatewayError(ErrorCode.PERSISTED_DOCUMENT_NOT_FOUND);
  }

  /** Registers the document of a request that was valid and asked for it. */
  register({ query, hashToRegister }: FoundDocument): void {
    if (hashToRegister !== undefined) {
      this.automatic.register(hashToRegister, query);
    }
  }

  /** Text of the document that a request names by its hash or id. */
  private textOf(hash: string | null, id: string | null): string {
    const wanted = hash ?? id;
    if (wanted === null) throw malformed("noDocument");
    const text =
      this.fromManifest(wanted) ??
      (this.mode === "only"
        ? undefined
        : this.automatic.find(wanted.replace(HASHED, "")));
    if (text !== undefined) return text;
    if (hash === null) {
      throw new GatewayError(ErrorCode.PERSISTED_DOCUMENT_NOT_FOUND);
    }
    throw new GatewayError(
      this.mode === "only"
        ? ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED
        : ErrorCode.PERSISTED_QUERY_NOT_FOUND,
    );
  }

  /** A hash is found with and without prefix. */
  private fromManifest(id: string): string | undefined {
    return (
      this.byId.get(id) ??
      (HEX_DIGEST.test(id) ? this.byId.get(HASHED + id) : undefined)
    );
  }

  /**
   * Returns the hash if it is the hash of the text. Returns null for an id of the
   * manifest, and for an id that is not a hash: it may be from a newer manifest.
   */
  private verified(hash: string, text: string): string | null {
    if (this.fromManifest(hash) !== undefined) return null;
    if (this.mode !== "off" && !HEX_DIGEST.test(hash)) return null;
    if (sha256Of(text) !== hash) throw malformed("hash");
    return hash;
  }
}

function idOf(request: DocumentRequest): string | null {
  const { documentId, doc_id: docId, id } = request;
  const found = documentId ?? docId ?? null;
  if (found === null) return typeof id === "string" && id !== "" ? id : null;
  if (typeof found !== "string") throw malformed("documentId");
  return found === "" ? null : found;
}

/**
 * Hash in `extensions.persistedQuery`. Clients with a manifest send an id there that
 * need not be a hash.
 */
function hashOf(extensions: unknown): string | null {
  const { persistedQuery = null } = isObject(extensions) ? extensions : {};
  if (persistedQuery === null) return null;
  const { version = 1, sha256Hash: hash } = isObject(persistedQuery)
    ? persistedQuery
    : {};
  if (version !== 1 || typeof hash !== "string") {
    throw malformed("persistedQuery");
  }
  return hash;
}

function sha256Of(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
