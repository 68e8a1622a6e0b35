import { Extensions } from "@nestjs/graphql";
import {
  getNamedType,
  isObjectType,
  OperationTypeNode,
  type FieldNode,
  type GraphQLObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";
import { ErrorCode } from "../errors/error-codes.js";
import { GatewayError } from "../errors/gateway-error.js";
import { argumentsOf, type Arguments } from "./executor/arguments.js";
import type { Variables } from "./executor/run.js";
import type { Selections } from "./executor/selection.js";

type Values = Readonly<Record<string, unknown>>;

/** What a GraphQL field declares about the vendor calls behind it. */
export interface UpstreamCalls {
  /** Calls of the field itself, by the names of the fields selected below it. */
  readonly calls?: number | ((selected: ReadonlySet<string>) => number);
  /** Calls of the field itself, by its arguments. */
  readonly callsFor?: (args: Values) => number;
  /** Maximum number of objects below the field; 1 where it is not declared. */
  readonly items?: (args: Values) => number;
}

/** Declares the vendor calls of a GraphQL field; see `UpstreamCost`. */
export function CostsCalls(
  upstream: UpstreamCalls,
): MethodDecorator & PropertyDecorator {
  return Extensions({ upstream });
}

/** A field of one operation that costs vendor calls, or has such fields below. */
interface CostlyField {
  /** The same for equal reads, which are one call; unique for a mutation. */
  readonly name: string;
  readonly isMutation: boolean;
  readonly args: Arguments;
  readonly calls: number;
  readonly declared: UpstreamCalls;
  readonly below: readonly CostlyField[];
}

/**
 * Estimates the vendor calls of one operation before it runs: calls of each
 * field times the number of objects it belongs to. Fields of the same name with
 * equal arguments count once. Not counted are repeats after failures, and the one
 * extra read with which a deletion is found to be done.
 */
export class UpstreamCost {
  private readonly fields: readonly CostlyField[];
  /** The estimate where no argument matters; null otherwise. */
  private readonly fixed: number | null;

  /** @param selections with the values of the conditions in the document */
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

  /** Number of vendor calls, with these values of the variables. */
  estimate(variables: Variables): number {
    const calls = new Map<string, number>();
    count(this.fields, "", 1, variables, calls);
    let sum = 0;
    for (const one of calls.values()) sum += one;
    return sum;
  }

  /**
   * Refuses an operation that may need more vendor calls than allowed.
   *
   * @returns REQUEST_TOO_COSTLY, or null when the operation may run
   */
  excess(variables: Variables, most: number): GatewayError | null {
    // The fixed sum counts equal reads separately, so it is an upper bound.
    if (this.fixed !== null && this.fixed <= most) return null;
    const estimate = this.estimate(variables);
    return estimate <= most ? null : tooCostly(estimate, most);
  }
}

/** The refusal of a request that may need `estimate` calls where `most` are allowed. */
export function tooCostly(estimate: number, most: number): GatewayError {
  return new GatewayError(ErrorCode.REQUEST_TOO_COSTLY, {
    estimate,
    limit: most,
  });
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
    // `__typename`, `__schema` and `__type` call no vendor.
    if (field === undefined) continue;
    const declared = (field.extensions["upstream"] ?? {}) as UpstreamCalls;
    const named = getNamedType(field.type);
    const below = isObjectType(named)
      ? costlyFields(selections, named, setsOf(nodes), false)
      : [];
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
  type: unknown,
  nodes: readonly FieldNode[],
): ReadonlySet<string> {
  if (!isObjectType(type)) return new Set();
  const fields = selections.of(type, setsOf(nodes)).values();
  return new Set([...fields].map(([{ name }]) => name.value));
}

/** The sum where it depends on no argument; null otherwise. */
function fixedSum(fields: readonly CostlyField[]): number | null {
  let sum = 0;
  for (const { calls, declared, below } of fields) {
    const rest = fixedSum(below);
    const isOpen = declared.items !== undefined && below.length > 0;
    if (rest === null || isOpen || declared.callsFor !== undefined) return null;
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
    // A field whose arguments do not fit fails before it calls anybody.
    if (values === null) continue;
    const key = `${above}/${name}${isMutation ? "" : JSON.stringify(values)}`;
    const own = calls + (declared.callsFor?.(values) ?? 0);
    counted.set(key, Math.max(counted.get(key) ?? 0, own * times));
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
