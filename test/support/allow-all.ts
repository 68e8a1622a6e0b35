import type { OperationPolicy } from "../../src/graphql/executor/operation-policy.js";

/** Policy without checks, for tests of the executor alone. */
export const ALLOW_ALL: OperationPolicy = {
  operationName: "none",
  checkCaller: () => null,
  checkFor: () => () => null,
};
