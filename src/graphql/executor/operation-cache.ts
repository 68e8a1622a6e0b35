import type { IncomingHttpHeaders } from "node:http";
import type {
  ExecutionResult,
  GraphQLError,
  GraphQLFormattedError,
} from "graphql";
import { LRUCache } from "lru-cache";
import type { RequestContext } from "../../context/request-context.js";
import type { ExecutorPlugin } from "./executor.plugin.js";
import type { CompiledOperation } from "./compiled-operation.js";
import { ResponseMemo } from "./response-memo.js";
import type { GraphqlRequest } from "../request/graphql-request.js";

/** Response of an executed operation. Its status is 200. */
export interface GraphqlAnswer {
  readonly contentType: string;
  readonly text: string;
}

/** Records the result of an operation, and renders its errors. */
export type RecordResult = (
  operationName: string,
  errors: readonly GraphQLError[] | undefined,
  context: RequestContext,
) => readonly GraphQLFormattedError[] | undefined;

type Headers = Pick<IncomingHttpHeaders, "accept" | "content-type"> &
  Readonly<Record<string, string | string[] | undefined>>;

/** Maximum number of cached header pairs. Clients of one kind send the same pair. */
const MAX_HEADER_PAIRS = 256;

/** Longer header values are not cached. */
const MAX_HEADER_LENGTH = 512;

/**
 * CSRF-exemption headers of Apollo Server. A request accepted because of one of
 * these must not be cached: the next one may lack it.
 */
const CSRF_EXEMPTION_HEADERS = [
  "apollo-require-preflight",
  "x-apollo-operation-name",
];

/**
 * Answers repeated requests without Apollo Server.
 *
 * Apollo Server validates the document, applies CSRF prevention and negotiates
 * the media type. When it has executed a document and accepted a pair of headers
 * (`content-type`, `accept`), later requests with both skip these steps. The
 * response is the same, byte for byte. `ResponseMemo` repeats responses whose only read
 * is in the read cache.
 */
export class OperationCache {
  private count = 0;
  private readonly contentTypes = new LRUCache<string, string>({
    max: MAX_HEADER_PAIRS,
  });

  constructor(
    private readonly executor: Pick<ExecutorPlugin, "known">,
    private readonly recordResult: RecordResult,
    readonly memo = new ResponseMemo(),
  ) {}

  /** Number of requests answered without Apollo Server. */
  get answered(): number {
    return this.count;
  }

  /** Caches the content type of Apollo Server's response for these headers. */
  remember(headers: Headers, contentType: string): void {
    const isExempt = CSRF_EXEMPTION_HEADERS.some(
      (name) => headers[name] !== undefined,
    );
    if (isExempt) return;
    const key = keyOf(headers);
    if (key.length <= MAX_HEADER_LENGTH) {
      this.contentTypes.set(key, contentType);
    }
  }

  /** Returns null, before any resolver has run, if Apollo Server has to answer. */
  answer(
    { query, operationName, variables }: GraphqlRequest,
    headers: Headers,
    context: RequestContext,
  ): Promise<GraphqlAnswer> | GraphqlAnswer | null {
    // The cost report is an Apollo Server plugin.
    if (headers["x-cost"] !== undefined) return null;
    const contentType = this.contentTypes.get(keyOf(headers));
    if (contentType === undefined) return null;
    const operation = this.executor.known(query, operationName);
    if (operation === undefined) return null;
    const prepared = operation.prepare(variables, context);
    if (prepared === null) return null;
    this.count += 1;
    const { memo } = this;
    const key = prepared.isRepeatable
      ? memo.keyOf(operation, prepared.variables, context)
      : null;
    if (key !== null) {
      const text = memo.find(key, context);
      if (text !== null) {
        this.recordResult(operation.operationName, undefined, context);
        return { contentType, text };
      }
      memo.collect(context);
    }
    const result = operation.execute(prepared, context);
    const toAnswer = (executed: ExecutionResult): GraphqlAnswer => {
      const text = this.render(executed, operation, context);
      if (key !== null && executed.errors === undefined) {
        memo.keep(key, text, context.usage);
      }
      return { contentType, text };
    };
    return result instanceof Promise ? result.then(toAnswer) : toAnswer(result);
  }

  private render(
    { data, errors: found }: ExecutionResult,
    { operationName }: CompiledOperation,
    context: RequestContext,
  ): string {
    const errors = this.recordResult(operationName, found, context);
    return `${JSON.stringify({ errors, data })}\n`;
  }
}

function keyOf({ accept = "", "content-type": type = "" }: Headers): string {
  return `${type}\n${accept}`;
}
