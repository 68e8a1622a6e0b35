import type { GraphQLError } from "graphql";
import type { RequestContext } from "../../context/request-context.js";
import type { Variables } from "./run.js";
import type { Selections } from "./selection.js";

/**
 * Checks of one operation before it is executed. The executor calls them at the
 * right time, but knows none of their rules.
 */
export interface OperationPolicy {
  /** Operation name used in logs and metrics. */
  readonly operationName: string;
  /** Checks the caller, before the variables are read. Null when it may run. */
  checkCaller(context: Pick<RequestContext, "caller">): GraphQLError | null;
  /** Prepares the check of the variables for the selected fields of one plan. */
  checkFor(selections: Selections): VariablesCheck;
}

/** Checks the variables of one run. Null when the operation may run. */
export type VariablesCheck = (variables: Variables) => GraphQLError | null;
