import { callerWith, SCOPES } from "../../src/context/caller.js";
import {
  openContext,
  type RequestContext,
} from "../../src/context/request-context.js";
import type { ErrorCode } from "../../src/errors/error-codes.js";
import { GatewayError } from "../../src/errors/gateway-error.js";
import type { Operation } from "../../src/upstream/operations.js";
import { Upstream } from "../../src/upstream/upstream.js";

/** A scripted response: an object, or the error that the call rejects with. */
export type FakeAnswer = object | GatewayError;

/** An upstream with scripted responses, in order. */
export class FakeUpstream {
  readonly calls: { operation: Operation; params: object }[] = [];
  /** Id of the caller of each call. */
  readonly callers: string[] = [];
  private readonly answers = new Map<Operation, FakeAnswer[]>();

  /** Sets the next responses of an operation; the last one repeats. */
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

  /** The same version for every contact. */
  versionOf(): string {
    return "etag";
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

/** Runs all pending microtasks. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
