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
import { ErrorCode } from "../../errors/error-codes.js";
import { GatewayError } from "../../errors/gateway-error.js";
import { completionOf } from "./completion.js";
import { ResolvedField, type PlanFacts } from "./field.js";
import {
  atOnce,
  inTurn,
  Run,
  type Result,
  type Selected,
  type SelectedField,
  type Variables,
} from "./run.js";
import { conditionsOf, NotCompilable, Selections } from "./selection.js";
import { variablesOf, type ReadVariables } from "./variables.js";
import { operationNameOf } from "../operation-name.js";
import { OperationRights } from "../operation-rights.js";
import { UpstreamCost } from "../upstream-cost.js";

/** An operation under one combination of its conditions. */
interface Plan {
  /** The fields of the root; null where graphql-js has to run the operation. */
  readonly fields: Selected | null;
  /** Null where graphql-js refuses a condition without a value. */
  readonly cost: UpstreamCost | null;
}

/** Each of them doubles the plans that an operation may have. */
const MOST_CONDITIONS = 4;

/**
 * An operation of a valid document, ready to run any number of times: what
 * graphql-js works out anew for each request and each object (which fields are
 * selected, of what type they are, who resolves them) is worked out once. The
 * answer is the same, byte for byte.
 *
 * Subscriptions and introspection are left to graphql-js. Operations with
 * `@skip` or `@include` have a plan for each combination of their conditions.
 *
 * Compiling to JavaScript (graphql-jit) was measured as well: it gained 4 % of
 * the time of one contact and lost time on ten aliases.
 */
export class CompiledOperation {
  /** The one word of what it asks for. */
  readonly operationName: string;
  private readonly plans = new Map<string, Plan>();
  private readonly root: GraphQLObjectType | null;
  private readonly isLeft: boolean;
  private readonly conditions: readonly string[];
  private readonly read: ReadVariables;
  private readonly rights: OperationRights;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly document: DocumentNode,
    private readonly operation: OperationDefinitionNode,
    /** Told of the fields of each plan that is made. */
    private readonly planned: (fields: number) => void = () => undefined,
    /** Maximum number of vendor calls of one run. */
    private readonly mostCalls = Number.POSITIVE_INFINITY,
  ) {
    const { operation: kind } = operation;
    this.operationName = operationNameOf(operation);
    this.conditions = conditionsOf(document, operation);
    this.root = schema.getRootType(kind) ?? null;
    this.isLeft =
      kind === OperationTypeNode.SUBSCRIPTION ||
      this.conditions.length > MOST_CONDITIONS;
    this.read = variablesOf(schema, operation);
    this.rights = new OperationRights(document, operation, this.root);
  }

  /**
   * Why the operation may not run. Rights are checked before the variables are
   * read: a caller without them must not cause that work.
   *
   * @returns FORBIDDEN, REQUEST_TOO_COSTLY, or null. Null also for variables that
   *   do not fit: graphql-js reports those.
   */
  refusal(
    given: Variables | undefined,
    { caller }: Pick<RequestContext, "caller">,
  ): GatewayError | null {
    if (this.rights.areAllMissing(caller)) {
      return new GatewayError(ErrorCode.FORBIDDEN);
    }
    const variables = this.read(given ?? {});
    if (variables === null || this.root === null) return null;
    const { cost } = this.planFor(this.root, variables);
    return cost?.excess(variables, this.mostCalls) ?? null;
  }

  /**
   * Null, before anything has run, where graphql-js has to take over: also for
   * variables that do not fit, whose errors are its own, and for what `refusal`
   * refuses.
   */
  run(
    given: Variables | undefined,
    context: RequestContext,
  ): Promise<ExecutionResult> | ExecutionResult | null {
    if (this.root === null || this.isLeft) return null;
    if (this.rights.areAllMissing(context.caller)) return null;
    const variables = this.read(given ?? {});
    if (variables === null) return null;
    const { fields: plan, cost } = this.planFor(this.root, variables);
    if (plan === null || cost === null) return null;
    if (cost.excess(variables, this.mostCalls) !== null) return null;
    const run = new Run(context, variables);
    const end = (data: Result): ExecutionResult => ended(run, data);
    const fail = (error: unknown): ExecutionResult => {
      // Whatever leaves a field is an error that knows its place.
      run.fail(error as GraphQLError, undefined);
      return ended(run, null);
    };
    try {
      const data =
        this.operation.operation === OperationTypeNode.MUTATION
          ? inTurn(run, plan)
          : atOnce(run, plan, undefined, undefined);
      return data instanceof Promise ? data.then(end, fail) : end(data);
    } catch (error) {
      return fail(error);
    }
  }

  private planFor(root: GraphQLObjectType, variables: Variables): Plan {
    // Too many combinations to keep a plan of each.
    if (this.isLeft) {
      return { fields: null, cost: this.cost(root, variables) };
    }
    const key = this.conditions
      .map((name) => String(variables[name]))
      .join(" ");
    let plan = this.plans.get(key);
    if (plan === undefined) {
      plan = {
        fields: this.fields(root, variables),
        cost: this.cost(root, variables),
      };
      this.plans.set(key, plan);
    }
    return plan;
  }

  private fields(
    root: GraphQLObjectType,
    variables: Variables,
  ): Selected | null {
    const { schema, document, operation } = this;
    const selections = new Selections(schema, document, variables);
    const facts = { schema, operation, selections, fields: 0 };
    return unlessNotCompilable(() => {
      const fields = fieldsOf(facts, root, [operation.selectionSet]);
      this.planned(facts.fields);
      return fields;
    });
  }

  private cost(
    root: GraphQLObjectType,
    variables: Variables,
  ): UpstreamCost | null {
    const { schema, document, operation } = this;
    const selections = new Selections(schema, document, variables);
    return unlessNotCompilable(
      () => new UpstreamCost(selections, root, operation),
    );
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

function ended({ errors }: Run, data: Result | null): ExecutionResult {
  return errors.length === 0 ? { data } : { errors, data };
}

/** The fields that a plan selects of an object, and everything below them. */
function fieldsOf(
  facts: PlanFacts & { fields: number },
  type: GraphQLObjectType,
  sets: readonly (SelectionSetNode | undefined)[],
): Selected {
  const { schema, selections } = facts;
  const fields: SelectedField[] = [];
  const blank: Result = {};
  for (const [key, nodes] of selections.of(type, sets)) {
    // Such a key of a plain object would not be a property.
    if (key === "__proto__") throw new NotCompilable();
    const name = nodes[0].name.value;
    if (name === TypeNameMetaFieldDef.name) {
      blank[key] = type.name;
      continue;
    }
    blank[key] = undefined;
    const field = type.getFields()[name];
    // `__schema` and `__type` are on no list of fields.
    if (field === undefined) throw new NotCompilable();
    const below = nodes.map(({ selectionSet }) => selectionSet);
    const complete = completionOf(field.type, {
      schema,
      nodes,
      name: `${type.name}.${name}`,
      below: (one) => fieldsOf(facts, one, below),
    });
    facts.fields += 1;
    fields.push(new ResolvedField(facts, type, field, key, nodes, complete));
  }
  return { fields, blank };
}
