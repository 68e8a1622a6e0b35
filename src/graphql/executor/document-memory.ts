import { getHeapStatistics } from "node:v8";
import type { DocumentNode } from "graphql";
import { LRUCache } from "lru-cache";
import type { CompiledOperation } from "./compiled-operation.js";

/** Operations of one document by name; undefined if the request names none. */
type Operations = ReadonlyMap<string | undefined, CompiledOperation>;

/** One document: Apollo Server's syntax tree and the operations compiled from it. */
interface Entry {
  readonly document: DocumentNode;
  readonly operations: Operations;
  /** Key of Apollo Server's document store; null if Apollo has not stored it. */
  readonly key: string | null;
  /** Number of fields in all plans made so far. */
  readonly fields: number;
}

/** Interface of Apollo Server's document store. */
interface DocumentStore {
  get(key: string): Promise<DocumentNode | undefined>;
  set(key: string, document: DocumentNode): Promise<void>;
  delete(key: string): Promise<boolean>;
}

/** Share of the V8 heap limit for all documents together. */
const HEAP_SHARE = 1 / 8;

/** Upper bound in bytes, for processes with a large heap. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Heap use measured on Node.js 20, rounded up. A token with its node and location
 * takes 280 to 505 bytes, a field of a plan 760 to 1,020 bytes.
 */
const BYTES_PER_TOKEN = 512;
const BYTES_PER_FIELD = 1_024;
const BYTES_PER_OPERATION = 4_096;
const BYTES_PER_CHARACTER = 2;

/** Bound in bytes for all documents, derived from the heap limit of this process. */
export function documentBytes(
  heapLimitBytes = getHeapStatistics().heap_size_limit,
): number {
  return Math.floor(Math.min(heapLimitBytes * HEAP_SHARE, MAX_BYTES));
}

/**
 * LRU cache of documents: texts, syntax trees and compiled operations, with one
 * bound in bytes. It is also Apollo Server's document store, so Apollo Server
 * keeps no second copy.
 */
export class DocumentMemory {
  private readonly textByKey = new Map<string, string>();
  private readonly entries: LRUCache<string, Entry>;

  /** For `ApolloServerOptions.documentStore`. */
  readonly store: DocumentStore = {
    get: (key) => {
      const text = this.textByKey.get(key);
      return Promise.resolve(
        text === undefined ? undefined : this.entries.get(text)?.document,
      );
    },
    set: (key, document) => {
      const text = textOf(document);
      const known = this.entries.get(text);
      this.put(text, {
        document: known?.document ?? document,
        operations: known?.operations ?? new Map(),
        fields: known?.fields ?? 0,
        key,
      });
      return Promise.resolve();
    },
    delete: (key) => {
      const text = this.textByKey.get(key);
      return Promise.resolve(text !== undefined && this.entries.delete(text));
    },
  };

  /** @param maxBytes estimated heap use of all documents together */
  constructor(readonly maxBytes = documentBytes()) {
    this.entries = new LRUCache({
      maxSize: maxBytes,
      dispose: ({ key }, _text, reason) => {
        if (reason !== "set" && key !== null) this.textByKey.delete(key);
      },
    });
  }

  /** Number of documents. */
  get count(): number {
    return this.entries.size;
  }

  /** Estimated heap use in bytes; never above `maxBytes`. */
  get bytes(): number {
    return this.entries.calculatedSize;
  }

  /** Returns a compiled operation, if there is one. */
  operation(
    text: string,
    name: string | undefined,
  ): CompiledOperation | undefined {
    return this.entries.get(text)?.operations.get(name);
  }

  /** Adds a compiled operation. Its document must be parsed and validated. */
  addOperation(
    text: string,
    name: string | undefined,
    operation: CompiledOperation,
    document: DocumentNode,
  ): void {
    const known = this.entries.get(text);
    this.put(text, {
      document: known?.document ?? document,
      operations: new Map(known?.operations).set(name, operation),
      fields: known?.fields ?? 0,
      key: known?.key ?? null,
    });
  }

  /** Adds the fields of a new plan to the size of its document. */
  addFields(text: string, fields: number): void {
    const known = this.entries.get(text);
    if (known === undefined) return;
    this.put(text, { ...known, fields: known.fields + fields });
  }

  private put(text: string, entry: Entry): void {
    this.entries.set(text, entry, { size: bytesOf(text, entry) });
    if (entry.key === null) return;
    // The cache does not store a document that is larger than the whole bound.
    if (this.entries.has(text)) this.textByKey.set(entry.key, text);
    else this.textByKey.delete(entry.key);
  }
}

function textOf({ loc }: DocumentNode): string {
  if (loc === undefined) throw new Error("documents are parsed with locations");
  return loc.source.body;
}

function bytesOf(
  text: string,
  { document, operations, fields }: Entry,
): number {
  return (
    text.length * BYTES_PER_CHARACTER +
    tokensOf(document) * BYTES_PER_TOKEN +
    operations.size * BYTES_PER_OPERATION +
    fields * BYTES_PER_FIELD
  );
}

/** Number of tokens; at most `MAX_TOKENS` steps. */
function tokensOf({ loc }: DocumentNode): number {
  let count = 0;
  for (let token = loc?.startToken; token; token = token.next ?? undefined) {
    count += 1;
  }
  return count;
}
