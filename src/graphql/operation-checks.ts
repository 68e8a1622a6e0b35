import { HeaderMap } from "@apollo/server";
import {
  GraphQLError,
  type DocumentNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";
import type { RequestContext } from "../context/request-context.js";
import { missingScope } from "../access/rights/scopes.js";
import { ERRORS } from "../errors/error-table.js";
import type { GatewayError } from "../errors/gateway-error.js";
import type {
  OperationPolicy,
  VariablesCheck,
} from "./executor/operation-policy.js";
import type { Selections } from "./executor/selection.js";
import { operationNameOf } from "./operation-name.js";
import { OperationRights } from "./operation-rights.js";
import { UpstreamCost } from "./upstream-cost.js";

/** The gateway's checks of one operation: scopes, then the cost in vendor calls. */
export class OperationChecks implements OperationPolicy {
  readonly operationName: string;
  private readonly root: GraphQLObjectType | null;
  private readonly rights: OperationRights;

  /** @param maxCalls maximum number of vendor calls of one run */
  constructor(
    schema: GraphQLSchema,
    document: DocumentNode,
    private readonly operation: OperationDefinitionNode,
    private readonly maxCalls: number,
  ) {
    this.operationName = operationNameOf(operation, schema);
    this.root = schema.getRootType(operation.operation) ?? null;
    this.rights = new OperationRights(document, operation, this.root);
  }

  /** @returns FORBIDDEN, or null when the caller has the scope of a root field */
  checkCaller({ caller }: Pick<RequestContext, "caller">): GraphQLError | null {
    return this.rights.areAllMissing(caller)
      ? rejectionOf(missingScope(this.rights.operations, caller))
      : null;
  }

  /** @returns a check that returns REQUEST_TOO_COSTLY, or null */
  checkFor(selections: Selections): VariablesCheck {
    if (this.root === null) return () => null;
    const cost = new UpstreamCost(selections, this.root, this.operation);
    return (variables) => {
      const excess = cost.excess(variables, this.maxCalls);
      return excess === null ? null : rejectionOf(excess);
    };
  }
}

/** Error with the HTTP status of its code, in the format of Apollo Server. */
function rejectionOf(error: GatewayError): GraphQLError {
  const { httpStatus: status } = ERRORS[error.code];
  return new GraphQLError(error.message, {
    originalError: error,
    extensions: { http: { status, headers: new HeaderMap() } },
  });
}
