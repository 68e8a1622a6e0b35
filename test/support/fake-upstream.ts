import { callerWith, SCOPES } from "../../src/context/caller.js";
import {
  openContext,
  type RequestContext,
} from "../../src/context/request-context.js";
import type { ErrorCode } from "../../src/errors/error-codes.js";
import { GatewayError } from "../../src/errors/gateway-error.js";
import type { Operation } from "../../src/upstream/operations.js";
import { Upstream } from "../../src/upstream/upstream.js";

/** What the vendor is to answer: an object, or the error that it means. */
export type FakeAnswer = object | GatewayError;

/** A vendor that answers what it was told, one answer after the other. */
export class FakeUpstream {
  readonly calls: { operation: Operation; params: object }[] = [];
  /** Ids of the callers in whose name the calls were made. */
  readonly callers: string[] = [];
  private readonly answers = new Map<Operation, FakeAnswer[]>();

  /** The next answers of an operation; the last one stays. */
  answering(operation: Operation, ...answers: FakeAnswer[]): this {
    this.answers.set(operation, answers);
    return this;
  }

  get asUpstream(): Upstream {
    return this as unknown as Upstream;
  }

  operations(): Operation[] {
    return this.calls.map(({ operation }) => operation);
  }

  async call(
    operation: Operation,
    params: object,
    { caller }: Pick<RequestContext, "caller">,
  ): Promise<object> {
    this.calls.push({ operation, params });
    this.callers.push(caller.id);
    await Promise.resolve();
    const answers = this.answers.get(operation) ?? [];
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer === undefined) throw new Error(`${operation} was not expected`);
    if (answer instanceof GatewayError) throw answer;
    return answer;
  }
}

export const refusedWith = (
  code: ErrorCode,
  details: GatewayError["details"] = {},
): GatewayError => new GatewayError(code, details);

/** The context of a request by a caller with all rights. */
export function contextOf(
  headers: Readonly<Record<string, string>> = {},
  callerId = "tester",
): RequestContext {
  return openContext(
    headers,
    callerWith(callerId, SCOPES, ["default"]),
    "default",
  );
}

/** Lets everything that is ready run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
