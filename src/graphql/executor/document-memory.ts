import { getHeapStatistics } from "node:v8";
import type { DocumentNode } from "graphql";
import { LRUCache } from "lru-cache";
import type { CompiledOperation } from "./compiled-operation.js";

/** Operations of one document by name; undefined is the name of none. */
type Operations = ReadonlyMap<string | undefined, CompiledOperation>;

/** One document: Apollo Server's syntax tree and the operations compiled of it. */
interface Kept {
  readonly document: DocumentNode;
  readonly operations: Operations;
  /** Key of Apollo Server's document store; null if Apollo has not stored it. */
  readonly key: string | null;
  /** Fields of all plans made so far. */
  readonly fields: number;
}

/** What Apollo Server asks of a document store. */
interface DocumentStore {
  get(key: string): Promise<DocumentNode | undefined>;
  set(key: string, document: DocumentNode): Promise<void>;
  delete(key: string): Promise<boolean>;
}

/** Share of the V8 heap limit that documents may use together. */
const HEAP_SHARE = 1 / 8;

/** Upper bound in bytes, for processes with a large heap. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Measured heap use on Node.js 20, rounded up: a token of the text with its node
 * and location takes 280 to 505 bytes, a planned field 760 to 1,020 bytes.
 */
const BYTES_PER_TOKEN = 512;
const BYTES_PER_FIELD = 1_024;
const BYTES_PER_OPERATION = 4_096;
const BYTES_PER_CHARACTER = 2;

/** Bytes for documents under the heap limit of this process. */
export function documentBytes(
  heapLimitBytes = getHeapStatistics().heap_size_limit,
): number {
  return Math.floor(Math.min(heapLimitBytes * HEAP_SHARE, MOST_BYTES));
}

/**
 * All documents that the process remembers: texts, syntax trees and compiled
 * operations, in one least-recently-used cache with a bound in bytes. It serves
 * as Apollo Server's document store, so that nothing is kept beside it.
 */
export class DocumentMemory {
  private readonly textByKey = new Map<string, string>();
  private readonly kept: LRUCache<string, Kept>;

  /** For `ApolloServerOptions.documentStore`. */
  readonly store: DocumentStore = {
    get: (key) => {
      const text = this.textByKey.get(key);
      return Promise.resolve(
        text === undefined ? undefined : this.kept.get(text)?.document,
      );
    },
    set: (key, document) => {
      const text = textOf(document);
      const known = this.kept.get(text);
      this.keep(text, {
        document: known?.document ?? document,
        operations: known?.operations ?? new Map(),
        fields: known?.fields ?? 0,
        key,
      });
      return Promise.resolve();
    },
    delete: (key) => {
      const text = this.textByKey.get(key);
      return Promise.resolve(text !== undefined && this.kept.delete(text));
    },
  };

  /** @param maxBytes estimated heap use of all documents together */
  constructor(readonly maxBytes = documentBytes()) {
    this.kept = new LRUCache({
      maxSize: maxBytes,
      dispose: ({ key }, _text, reason) => {
        if (reason !== "set" && key !== null) this.textByKey.delete(key);
      },
    });
  }

  /** Number of documents. */
  get count(): number {
    return this.kept.size;
  }

  /** Estimated heap use in bytes; never above `maxBytes`. */
  get bytes(): number {
    return this.kept.calculatedSize;
  }

  /** An operation that was compiled before. */
  operation(
    text: string,
    name: string | undefined,
  ): CompiledOperation | undefined {
    return this.kept.get(text)?.operations.get(name);
  }

  /** Remembers an operation of a document that was parsed and validated. */
  addOperation(
    text: string,
    name: string | undefined,
    operation: CompiledOperation,
    document: DocumentNode,
  ): void {
    const known = this.kept.get(text);
    this.keep(text, {
      document: known?.document ?? document,
      operations: new Map(known?.operations).set(name, operation),
      fields: known?.fields ?? 0,
      key: known?.key ?? null,
    });
  }

  /** Counts the fields of a plan that was made for an operation of the text. */
  addFields(text: string, fields: number): void {
    const known = this.kept.get(text);
    if (known === undefined) return;
    this.keep(text, { ...known, fields: known.fields + fields });
  }

  private keep(text: string, kept: Kept): void {
    this.kept.set(text, kept, { size: bytesOf(text, kept) });
    // A document larger than the whole bound is not stored.
    if (kept.key === null) return;
    if (this.kept.has(text)) this.textByKey.set(kept.key, text);
    else this.textByKey.delete(kept.key);
  }
}

function textOf({ loc }: DocumentNode): string {
  if (loc === undefined) throw new Error("documents are parsed with locations");
  return loc.source.body;
}

function bytesOf(text: string, { document, operations, fields }: Kept): number {
  return (
    text.length * BYTES_PER_CHARACTER +
    tokensOf(document) * BYTES_PER_TOKEN +
    operations.size * BYTES_PER_OPERATION +
    fields * BYTES_PER_FIELD
  );
}

/** At most `MAX_TOKENS` steps, once for each change of an entry. */
function tokensOf({ loc }: DocumentNode): number {
  let count = 0;
  for (let token = loc?.startToken; token; token = token.next ?? undefined) {
    count += 1;
  }
  return count;
}
