import { LRUCache } from "lru-cache";

/** Documents that clients of one kind register; a front end has fewer than 100. */
const MAX_DOCUMENTS = 1_000;

/** Bound for the texts of all registered documents, in UTF-16 units. */
const MAX_CHARACTERS = 2 * 1024 * 1024;

/**
 * Documents that clients registered by their SHA-256 (automatic persisted queries).
 * The memory of one process: after a restart, or in another process, a client gets
 * PERSISTED_QUERY_NOT_FOUND once and registers the document again. At a bound, the
 * least recently used documents are forgotten.
 */
export class AutomaticQueries {
  private readonly texts: LRUCache<string, string>;

  constructor(maxDocuments = MAX_DOCUMENTS, maxCharacters = MAX_CHARACTERS) {
    this.texts = new LRUCache({
      max: maxDocuments,
      maxSize: maxCharacters,
      sizeCalculation: (text) => text.length,
    });
  }

  /** Number of documents. */
  get count(): number {
    return this.texts.size;
  }

  find(sha256: string): string | undefined {
    return this.texts.get(sha256);
  }

  /** @param sha256 verified hash of the text, in lower-case hexadecimal digits */
  register(sha256: string, text: string): void {
    this.texts.set(sha256, text);
  }
}
