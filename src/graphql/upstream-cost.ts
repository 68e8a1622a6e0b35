import { Extensions } from "@nestjs/graphql";
import {
  getNamedType,
  OperationTypeNode,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";
import type { Config } from "../config/config.js";
import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import { argumentsOf, type Arguments } from "./executor/arguments.js";
import type { Variables } from "./executor/run.js";
import type { Selections } from "./executor/selection.js";

type Values = Readonly<Record<string, unknown>>;

/** Number of vendor calls that a GraphQL field declares. */
export interface UpstreamCalls {
  /** Calls of the field itself; may depend on the names of its selected subfields. */
  readonly calls?: number | ((selected: ReadonlySet<string>) => number);
  /** Further calls of the field itself that depend on its arguments. */
  readonly callsFor?: (args: Values) => number;
  /**
   * Name of calls that a request makes once, however many fields of this name need them
   * and however many objects have such a field.
   */
  readonly sharedAs?: string;
  /** Maximum number of objects that the field returns; 1 by default. */
  readonly items?: (args: Values) => number;
}

/** Declares the vendor calls of a GraphQL field; see `UpstreamCost`. */
export function CostsCalls(
  upstream: UpstreamCalls,
): MethodDecorator & PropertyDecorator {
  return Extensions({ upstream });
}

/** A field of one operation that needs vendor calls, or that has such subfields. */
interface CostlyField {
  /** Field name, because equal reads share one call. Response key for mutations. */
  readonly name: string;
  readonly isMutation: boolean;
  readonly args: Arguments;
  readonly calls: number;
  readonly declared: UpstreamCalls;
  readonly below: readonly CostlyField[];
}

/**
 * Estimates the vendor calls of one operation before it runs: the calls of each
 * field, multiplied by the number of its parent objects. Fields with the same name
 * and equal arguments count once.
 *
 * The estimate excludes retries, and the one read that confirms a finished deletion.
 */
export class UpstreamCost {
  private readonly fields: readonly CostlyField[];
  /** The estimate if it does not depend on arguments; null otherwise. */
  private readonly fixed: number | null;

  /** @param selections the selected fields for one set of `@skip`/`@include` values */
  constructor(
    selections: Selections,
    root: GraphQLObjectType,
    operation: OperationDefinitionNode,
  ) {
    const isMutation = operation.operation === OperationTypeNode.MUTATION;
    this.fields = costlyFields(
      selections,
      root,
      [operation.selectionSet],
      isMutation,
    );
    this.fixed = fixedSum(this.fields);
  }

  /** Estimated number of vendor calls for these variables. */
  estimate(variables: Variables): number {
    const calls = new Map<string, number>();
    count(this.fields, "", 1, variables, calls);
    let sum = 0;
    for (const value of calls.values()) sum += value;
    return sum;
  }

  /**
   * Checks the estimate against the maximum number of vendor calls.
   *
   * @returns REQUEST_TOO_COSTLY, or null when the operation may run
   */
  excess(variables: Variables, limit: number): GatewayError | null {
    // The fixed sum counts equal reads separately, so it is an upper bound.
    if (this.fixed !== null && this.fixed <= limit) return null;
    const estimate = this.estimate(variables);
    return estimate <= limit ? null : tooCostly(estimate, limit);
  }
}

/** Error for a request whose estimated vendor calls exceed the limit. */
export function tooCostly(estimate: number, limit: number): GatewayError {
  return new GatewayError(ErrorCode.REQUEST_TOO_COSTLY, {
    estimate,
    limit,
    reason: "upstream-calls",
    problem: {
      en: `The request may need ${estimate} calls to Alibaba Cloud; the limit is ${limit}.`,
      zh: `该请求最多需要 ${estimate} 次阿里云调用，单个请求的上限为 ${limit} 次。`,
    },
  });
}

/**
 * Checks the number of vendor calls that a request needs, when it is known only after
 * the first calls.
 *
 * @throws {GatewayError} REQUEST_TOO_COSTLY
 */
export function requireCalls(
  calls: number,
  {
    MAX_UPSTREAM_CALLS_PER_REQUEST: limit,
  }: Pick<Config, "MAX_UPSTREAM_CALLS_PER_REQUEST">,
): void {
  if (calls > limit) throw tooCostly(calls, limit);
}

function costlyFields(
  selections: Selections,
  type: GraphQLObjectType,
  sets: readonly (SelectionSetNode | undefined)[],
  isMutation: boolean,
): CostlyField[] {
  const found: CostlyField[] = [];
  for (const [key, nodes] of selections.of(type, sets)) {
    const name = nodes[0].name.value;
    const field = type.getFields()[name];
    // Meta fields (`__typename`, `__schema`, `__type`) need no vendor call.
    if (field === undefined) continue;
    const declared = (field.extensions["upstream"] ?? {}) as UpstreamCalls;
    const named = getNamedType(field.type);
    const below = selections
      .objectTypesOf(named)
      .flatMap((one) => costlyFields(selections, one, setsOf(nodes), false));
    const calls =
      typeof declared.calls === "function"
        ? declared.calls(namesBelow(selections, named, nodes))
        : (declared.calls ?? 0);
    if (calls === 0 && declared.callsFor === undefined && below.length === 0) {
      continue;
    }
    found.push({
      name: isMutation ? key : name,
      isMutation,
      args: argumentsOf(field, nodes[0]),
      calls,
      declared,
      below,
    });
  }
  return found;
}

function setsOf(nodes: readonly FieldNode[]): (SelectionSetNode | undefined)[] {
  return nodes.map(({ selectionSet }) => selectionSet);
}

function namesBelow(
  selections: Selections,
  type: GraphQLNamedType,
  nodes: readonly FieldNode[],
): ReadonlySet<string> {
  const fields = selections
    .objectTypesOf(type)
    .flatMap((one) => [...selections.of(one, setsOf(nodes)).values()]);
  return new Set(fields.map(([{ name }]) => name.value));
}

/** The sum of calls if it does not depend on arguments; null otherwise. */
function fixedSum(fields: readonly CostlyField[]): number | null {
  let sum = 0;
  for (const { calls, declared, below } of fields) {
    const rest = fixedSum(below);
    const isVariable = declared.items !== undefined && below.length > 0;
    if (rest === null || isVariable || declared.callsFor !== undefined) {
      return null;
    }
    sum += calls + rest;
  }
  return sum;
}

function count(
  fields: readonly CostlyField[],
  above: string,
  times: number,
  variables: Variables,
  counted: Map<string, number>,
): void {
  for (const { name, isMutation, args, calls, declared, below } of fields) {
    const values = valuesOf(args, variables);
    // A field with invalid arguments fails before it calls the vendor.
    if (values === null) continue;
    const key = `${above}/${name}${isMutation ? "" : JSON.stringify(values)}`;
    const own = calls + (declared.callsFor?.(values) ?? 0);
    const { sharedAs } = declared;
    const counter = sharedAs === undefined ? key : `shared ${sharedAs}`;
    const total = sharedAs === undefined ? own * times : own;
    counted.set(counter, Math.max(counted.get(counter) ?? 0, total));
    if (below.length === 0) continue;
    const items = declared.items?.(values) ?? 1;
    count(below, key, times * items, variables, counted);
  }
}

function valuesOf(args: Arguments, variables: Variables): Values | null {
  try {
    return args(variables);
  } catch {
    return null;
  }
}
