import type { FastifyReply } from "fastify";
import type { RequestContext } from "../../context/request-context.js";
import { ErrorCode } from "../../errors/error-codes.js";
import { toProblem, type Problem } from "../../http/problem-details.js";
import type { ItemOutcome } from "../bulk/run-in-order.js";
import { ItemStatus } from "../shapes/enums.js";

/** Status of a response in which each item has its own status (RFC 4918). */
const MULTI_STATUS = 207;

/** Status of an item that was not attempted because an earlier one failed (RFC 4918). */
const FAILED_DEPENDENCY = 424;

/** Result of one item in a response. */
export interface ItemResult {
  readonly status: ItemStatus;
  readonly httpStatus: number;
  readonly problem: Problem | null;
}

/** Describes the outcome of one item. */
export function resultOf(
  outcome: ItemOutcome<unknown>,
  context: RequestContext,
): ItemResult {
  const status = ItemStatus[outcome.status];
  switch (outcome.status) {
    case "DONE":
      return { status, httpStatus: 200, problem: null };
    case "NOT_ATTEMPTED":
      return { status, httpStatus: FAILED_DEPENDENCY, problem: null };
    case "FAILED": {
      const problem = toProblem(outcome.error, context);
      return { status, httpStatus: problem.status, problem };
    }
  }
}

/**
 * Throws the error of the first step when no change was made. A step that may have been
 * carried out keeps its result, which names it.
 *
 * @throws {GatewayError} of the first step, except OUTCOME_UNKNOWN
 */
export function throwIfUnchanged(
  steps: readonly { readonly outcome: ItemOutcome<unknown> }[],
): void {
  const outcome = steps[0]?.outcome;
  if (outcome?.status !== "FAILED") return;
  if (outcome.error.code !== ErrorCode.OUTCOME_UNKNOWN) throw outcome.error;
}

/** Sets status 207 unless every item was completed. */
export function withCompletion<
  A extends { readonly results: readonly ItemResult[] },
>(reply: FastifyReply, body: A): A & { isComplete: boolean } {
  const isComplete = body.results.every(
    ({ status }) => status === ItemStatus.DONE,
  );
  if (!isComplete) void reply.code(MULTI_STATUS);
  return { isComplete, ...body };
}
