import { LRUCache } from "lru-cache";
import type {
  RepeatableRead,
  RequestContext,
  Usage,
} from "../../context/request-context.js";
import type { Variables } from "./run.js";

/** Bound of all keys and texts together, and of one of them, in characters. */
const MAX_LENGTH = 2 * 1024 * 1024;
const MAX_KEY_LENGTH = 1_024;
const MAX_TEXT_LENGTH = 32 * 1024;

/** How a response is made: from one read, whose entry has the text of the response. */
interface Recipe {
  readonly read: RepeatableRead;
  readonly entry: WeakRef<object>;
}

/**
 * Texts of responses that were made from a single entry of the read cache.
 *
 * A text is kept by its entry: it is used only while the cache would answer the read
 * with that entry, and is freed together with it. So no response outlives the cached
 * answer, which contains the same personal data. Every use checks and counts the read as
 * the cache does.
 *
 * Keys contain no personal data, because only ids, numbers, booleans and enum values
 * may be variables of such an operation; see `CompiledOperation`.
 */
export class ResponseMemo {
  /** False: no response is repeated. Slower, with the same responses. */
  isOn = true;
  private count = 0;
  private readonly texts = new WeakMap<object, Map<string, string>>();
  private readonly recipes: LRUCache<string, Recipe>;
  private readonly numbers = new WeakMap<object, number>();
  private readonly scopes = new WeakMap<object, string>();
  private operations = 0;

  /** @param maxLength bound of all keys and texts together, in characters */
  constructor(maxLength = MAX_LENGTH) {
    this.recipes = new LRUCache({
      maxSize: maxLength,
      dispose: ({ entry }, key) => {
        const kept = entry.deref();
        if (kept !== undefined) this.texts.get(kept)?.delete(key);
      },
    });
  }

  /** Number of responses that were repeated. */
  get answered(): number {
    return this.count;
  }

  /**
   * Key of a request: everything that its response depends on besides the vendor's
   * answers. Null for a request that is not kept.
   */
  keyOf(
    operation: object,
    variables: Variables,
    { caller, directory }: RequestContext,
  ): string | null {
    if (!this.isOn) return null;
    const scopes = this.scopesOf(caller.scopes);
    const values = JSON.stringify(variables);
    const key = `${this.numberOf(operation)} ${directory} ${caller.personal} ${scopes} ${values}`;
    return key.length > MAX_KEY_LENGTH ? null : key;
  }

  /** The response from the current answer of the cache, or null. */
  find(key: string, context: RequestContext): string | null {
    const recipe = this.recipes.get(key);
    const entry = recipe?.read.peek(context) ?? null;
    if (recipe === undefined || entry === null) return null;
    const text = this.texts.get(entry)?.get(key);
    if (text === undefined) return null;
    recipe.read.use(entry, context);
    this.count += 1;
    return text;
  }

  /** Starts to collect the reads of a request. Call it before the request is run. */
  collect({ usage }: RequestContext): void {
    usage.cachedReads = [];
  }

  /** Keeps a response without errors if it was made from a single cached read. */
  keep(key: string, text: string, usage: Usage): void {
    const [one, ...others] = usage.cachedReads ?? [];
    if (
      one === undefined ||
      others.length > 0 ||
      usage.requestedCalls !== 1 ||
      text.length > MAX_TEXT_LENGTH
    ) {
      return;
    }
    const { read, entry } = one;
    const size = key.length + text.length;
    this.recipes.set(key, { read, entry: new WeakRef(entry) }, { size });
    // A text that exceeds the bound is not kept.
    if (!this.recipes.has(key)) return;
    const texts = this.texts.get(entry) ?? new Map<string, string>();
    this.texts.set(entry, texts.set(key, text));
  }

  private numberOf(operation: object): number {
    let number = this.numbers.get(operation);
    if (number === undefined) {
      number = this.operations++;
      this.numbers.set(operation, number);
    }
    return number;
  }

  private scopesOf(scopes: ReadonlySet<string>): string {
    let text = this.scopes.get(scopes);
    if (text === undefined) {
      text = [...scopes].sort().join(" ");
      this.scopes.set(scopes, text);
    }
    return text;
  }
}
