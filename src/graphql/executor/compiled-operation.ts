import {
  OperationTypeNode,
  TypeNameMetaFieldDef,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";
import type { RequestContext } from "../../context/request-context.js";
import { completionOf } from "./completion.js";
import { ResolvedField, type PlanFacts } from "./field.js";
import type { OperationPolicy, VariablesCheck } from "./operation-policy.js";
import { isRepeatable } from "./repeatable-field.decorator.js";
import {
  resolveConcurrently,
  resolveSerially,
  Run,
  type Result,
  type Selected,
  type SelectedField,
  type Variables,
} from "./run.js";
import { conditionsOf, NotCompilable, Selections } from "./selection.js";
import {
  hasImpersonalVariables,
  variablesOf,
  type ReadVariables,
} from "./variables.js";

/** An operation with fixed values of its `@skip` and `@include` conditions. */
interface Plan {
  /** The root fields; null when graphql-js has to run the operation. */
  readonly fields: Selected | null;
  /** Null when a condition has no value, which graphql-js reports. */
  readonly check: VariablesCheck | null;
  /** Whether each selected field is a `RepeatableField`. */
  readonly isRepeatable: boolean;
}

/** A run whose caller and variables were checked. */
export interface PreparedRun {
  readonly fields: Selected;
  /** Coerced variables. */
  readonly variables: Variables;
  /** Whether the response depends only on the facts that `RepeatableField` names. */
  readonly isRepeatable: boolean;
}

/** Maximum number of condition variables. Each one doubles the number of plans. */
const MAX_CONDITIONS = 4;

/**
 * An operation of a valid document, compiled for repeated runs.
 *
 * graphql-js determines the selected fields, their types and their resolvers for
 * each request and each object. This class determines them once. The response is
 * the same, byte for byte.
 *
 * Subscriptions and introspection are left to graphql-js. Operations with
 * `@skip` or `@include` have one plan for each combination of their conditions.
 *
 * graphql-jit, which generates JavaScript, was measured as an alternative. It was
 * 4 % faster for a query of one contact and slower for ten aliases.
 */
export class CompiledOperation {
  private readonly plans = new Map<string, Plan>();
  private readonly root: GraphQLObjectType | null;
  private readonly isInterpreted: boolean;
  private readonly conditions: readonly string[];
  private readonly read: ReadVariables;
  private readonly isRepeatable: boolean;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly document: DocumentNode,
    private readonly operation: OperationDefinitionNode,
    private readonly policy: OperationPolicy,
    /** Called with the number of fields of each new plan. */
    private readonly onPlan: (fields: number) => void = () => undefined,
  ) {
    const { operation: kind } = operation;
    this.conditions = conditionsOf(document, operation);
    this.root = schema.getRootType(kind) ?? null;
    this.isInterpreted =
      kind === OperationTypeNode.SUBSCRIPTION ||
      this.conditions.length > MAX_CONDITIONS;
    this.read = variablesOf(schema, operation);
    this.isRepeatable =
      kind === OperationTypeNode.QUERY &&
      hasImpersonalVariables(schema, operation);
  }

  /** Operation name used in logs and metrics. */
  get operationName(): string {
    return this.policy.operationName;
  }

  /**
   * Applies the policy. The caller is checked before the variables are read, so
   * that a caller without rights cannot cause that work.
   *
   * @returns the policy's error, or null. Also null for invalid variables, which
   *   graphql-js reports.
   */
  refusal(
    given: Variables | undefined,
    context: Pick<RequestContext, "caller">,
  ): GraphQLError | null {
    const refusal = this.policy.checkCaller(context);
    if (refusal !== null) return refusal;
    const variables = this.read(given ?? {});
    if (variables === null || this.root === null) return null;
    const { check } = this.planFor(this.root, variables);
    return check?.(variables) ?? null;
  }

  /**
   * Runs the operation. Returns null, before any resolver has run, if graphql-js
   * has to run it: also for invalid variables, and if `refusal` returns an error.
   */
  run(
    given: Variables | undefined,
    context: RequestContext,
  ): Promise<ExecutionResult> | ExecutionResult | null {
    const prepared = this.prepare(given, context);
    return prepared === null ? null : this.execute(prepared, context);
  }

  /** The checks of `run`, with its null. */
  prepare(
    given: Variables | undefined,
    context: RequestContext,
  ): PreparedRun | null {
    if (this.root === null || this.isInterpreted) return null;
    if (this.policy.checkCaller(context) !== null) return null;
    const variables = this.read(given ?? {});
    if (variables === null) return null;
    const { fields, check, isRepeatable } = this.planFor(this.root, variables);
    if (fields === null || check === null) return null;
    if (check(variables) !== null) return null;
    return { fields, variables, isRepeatable };
  }

  /** Resolves the fields of a prepared run. */
  execute(
    { fields: plan, variables }: PreparedRun,
    context: RequestContext,
  ): Promise<ExecutionResult> | ExecutionResult {
    const run = new Run(context, variables);
    const end = (data: Result): ExecutionResult => toResult(run, data);
    const fail = (error: unknown): ExecutionResult => {
      // Fields throw only errors that `locatedError` has given a path.
      run.fail(error as GraphQLError, undefined);
      return toResult(run, null);
    };
    try {
      const data =
        this.operation.operation === OperationTypeNode.MUTATION
          ? resolveSerially(run, plan)
          : resolveConcurrently(run, plan, undefined, undefined);
      return data instanceof Promise ? data.then(end, fail) : end(data);
    } catch (error) {
      return fail(error);
    }
  }

  private planFor(root: GraphQLObjectType, variables: Variables): Plan {
    // No plan is kept: there may be too many combinations of conditions.
    if (this.isInterpreted) {
      const check = this.check(variables);
      return { fields: null, check, isRepeatable: false };
    }
    const key = this.conditions
      .map((name) => String(variables[name]))
      .join(" ");
    let plan = this.plans.get(key);
    if (plan === undefined) {
      plan = {
        ...this.fields(root, variables),
        check: this.check(variables),
      };
      this.plans.set(key, plan);
    }
    return plan;
  }

  private fields(
    root: GraphQLObjectType,
    variables: Variables,
  ): Pick<Plan, "fields" | "isRepeatable"> {
    const { schema, document, operation } = this;
    const selections = new Selections(schema, document, variables);
    const facts = {
      schema,
      operation,
      selections,
      fields: 0,
      isRepeatable: this.isRepeatable,
    };
    const fields = unlessNotCompilable(() =>
      fieldsOf(facts, root, [operation.selectionSet]),
    );
    if (fields !== null) this.onPlan(facts.fields);
    return { fields, isRepeatable: facts.isRepeatable };
  }

  private check(variables: Variables): VariablesCheck | null {
    const { schema, document, policy } = this;
    const selections = new Selections(schema, document, variables);
    return unlessNotCompilable(() => policy.checkFor(selections));
  }
}

function unlessNotCompilable<T>(make: () => T): T | null {
  try {
    return make();
  } catch (reason) {
    if (reason instanceof NotCompilable) return null;
    throw reason;
  }
}

function toResult({ errors }: Run, data: Result | null): ExecutionResult {
  return errors.length === 0 ? { data } : { errors, data };
}

/** The selected fields of an object type, with everything below them. */
function fieldsOf(
  facts: PlanFacts & { fields: number; isRepeatable: boolean },
  type: GraphQLObjectType,
  sets: readonly (SelectionSetNode | undefined)[],
): Selected {
  const { schema, selections } = facts;
  const fields: SelectedField[] = [];
  const blank: Result = {};
  for (const [key, nodes] of selections.of(type, sets)) {
    // Assigning `__proto__` on a plain object sets its prototype.
    if (key === "__proto__") throw new NotCompilable();
    const name = nodes[0].name.value;
    if (name === TypeNameMetaFieldDef.name) {
      blank[key] = type.name;
      continue;
    }
    blank[key] = undefined;
    const field = type.getFields()[name];
    // `__schema` and `__type` are not among the fields of the type.
    if (field === undefined) throw new NotCompilable();
    const below = nodes.map(({ selectionSet }) => selectionSet);
    const complete = completionOf(field.type, {
      schema,
      nodes,
      name: `${type.name}.${name}`,
      below: (objectType) => fieldsOf(facts, objectType, below),
    });
    facts.fields += 1;
    facts.isRepeatable &&= isRepeatable(field);
    fields.push(new ResolvedField(facts, type, field, key, nodes, complete));
  }
  return { fields, blank };
}
