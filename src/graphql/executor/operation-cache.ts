import type { IncomingHttpHeaders } from "node:http";
import type { ExecutionResult } from "graphql";
import { LRUCache } from "lru-cache";
import type { RequestContext } from "../../context/request-context.js";
import type { Logger } from "../../logging/logger.js";
import type { ExecutorPlugin } from "./executor.plugin.js";
import type { CompiledOperation } from "./compiled-operation.js";
import { concluded } from "../graphql-error.formatter.js";
import type { GraphqlRequest } from "../subscriptions/subscriptions.js";

/** A whole answer; its status is 200, as of all operations that were run. */
export interface GraphqlAnswer {
  readonly contentType: string;
  readonly text: string;
}

type Headers = Pick<IncomingHttpHeaders, "accept" | "content-type"> &
  Readonly<Record<string, string | string[] | undefined>>;

/** Pairs of headers that are remembered; clients of one make send the same. */
const MOST_HEADERS = 256;

/** Longer ones are looked at anew each time. */
const LONGEST_HEADERS = 512;

/**
 * By these Apollo Server takes a request whose media type alone a page of another
 * site could have sent: they say nothing of the next one without them.
 */
const VOUCHING = ["apollo-require-preflight", "x-apollo-operation-name"];

/**
 * Answers requests like those that Apollo Server has taken before.
 *
 * Whether a document is valid, whether a request could be forged and which media
 * type its caller takes is Apollo Server's to decide, once: a document that it
 * ran, sent with headers that it took, is run again without asking. The answer is
 * the same, byte for byte.
 */
export class OperationCache {
  private count = 0;
  private readonly contentTypes = new LRUCache<string, string>({
    max: MOST_HEADERS,
  });

  constructor(
    private readonly execution: Pick<ExecutorPlugin, "known">,
    private readonly logger: Logger,
  ) {}

  /** How many were answered this way. */
  get answered(): number {
    return this.count;
  }

  /** Notes with which media type Apollo Server answered a request like this. */
  remember(headers: Headers, contentType: string): void {
    if (VOUCHING.some((name) => headers[name] !== undefined)) return;
    const key = keyOf(headers);
    if (key.length <= LONGEST_HEADERS) this.contentTypes.set(key, contentType);
  }

  /** Null, before anything has run, where Apollo Server has to answer. */
  answer(
    { query, operationName, variables }: GraphqlRequest,
    headers: Headers,
    context: RequestContext,
  ): Promise<GraphqlAnswer> | GraphqlAnswer | null {
    // Costs are told by a plugin of Apollo Server's, to those few who ask.
    if (headers["x-cost"] !== undefined) return null;
    const contentType = this.contentTypes.get(keyOf(headers));
    if (contentType === undefined) return null;
    const operation = this.execution.known(query, operationName ?? undefined);
    if (operation === undefined) return null;
    const result = operation.run(variables ?? undefined, context);
    if (result === null) return null;
    this.count += 1;
    const answered = (one: ExecutionResult): GraphqlAnswer => ({
      contentType,
      text: this.render(one, operation, context),
    });
    return result instanceof Promise ? result.then(answered) : answered(result);
  }

  private render(
    { data, errors: found }: ExecutionResult,
    { operationName: word }: CompiledOperation,
    context: RequestContext,
  ): string {
    const errors = concluded(word, found, context, this.logger);
    return `${JSON.stringify({ errors, data })}\n`;
  }
}

function keyOf({ accept = "", "content-type": sent = "" }: Headers): string {
  return `${sent}\n${accept}`;
}
