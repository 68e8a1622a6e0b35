import {
  defaultFieldResolver,
  getNamedType,
  isAbstractType,
  isNonNullType,
  locatedError,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";
import { argumentsOf, type Arguments } from "./arguments.js";
import {
  isThenable,
  keysOf,
  type Complete,
  type Path,
  type Result,
  type Run,
  type SelectedField,
} from "./run.js";
import type { FieldNodes, Selections } from "./selection.js";

type Resolve = GraphQLFieldResolver<unknown, unknown>;

/** Data shared by the fields of one plan. */
export interface PlanFacts {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly selections: Selections;
}

/** Resolves and completes one field, and sets its value in the response object. */
export class ResolvedField implements SelectedField {
  private readonly isRequired: boolean;
  private readonly resolve: Resolve;
  private readonly argumentsIn: Arguments;
  private readonly takesInfo: boolean;

  constructor(
    private readonly facts: PlanFacts,
    private readonly parent: GraphQLObjectType,
    private readonly field: GraphQLField<unknown, unknown>,
    private readonly key: string,
    private readonly nodes: FieldNodes,
    private readonly complete: Complete,
  ) {
    this.isRequired = isNonNullType(field.type);
    this.resolve = field.resolve ?? defaultFieldResolver;
    this.argumentsIn = argumentsOf(field, nodes[0]);
    // Nest's default property resolvers have one parameter (arity 1). Skip building
    // `info` for them: they are most fields of a list.
    this.takesInfo =
      this.resolve.length !== 1 || isAbstractType(getNamedType(field.type));
  }

  fill(
    run: Run,
    source: unknown,
    result: Result,
    above: Path | undefined,
  ): Promise<void> | undefined {
    const { key } = this;
    const path: Path = { prev: above, key, typename: this.parent.name };
    try {
      const info = this.takesInfo ? this.infoAt(run, path) : undefined;
      const value = this.resolve(
        source,
        this.argumentsIn(run.variables),
        run.context,
        info as GraphQLResolveInfo,
      );
      return isThenable(value)
        ? value.then(
            (settled) => this.finish(run, settled, result, path, info),
            (reason: unknown) => this.fail(run, reason, result, path),
          )
        : this.finish(run, value, result, path, info);
    } catch (reason) {
      return this.fail(run, reason, result, path);
    }
  }

  private finish(
    run: Run,
    value: unknown,
    result: Result,
    path: Path,
    info: GraphQLResolveInfo | undefined,
  ): Promise<void> | undefined {
    let completed: unknown;
    try {
      completed = this.complete(run, value, path, info);
    } catch (reason) {
      return this.fail(run, reason, result, path);
    }
    if (isThenable(completed)) {
      return completed.then(
        (settled) => {
          result[this.key] = settled;
        },
        (reason: unknown) => this.fail(run, reason, result, path),
      );
    }
    result[this.key] = completed;
    return undefined;
  }

  /** Sets a nullable field to null; otherwise throws, which nulls the parent. */
  private fail(
    run: Run,
    reason: unknown,
    result: Result,
    path: Path,
  ): undefined {
    const error = locatedError(reason, this.nodes, keysOf(path));
    if (this.isRequired) throw error;
    run.fail(error, path);
    result[this.key] = null;
  }

  private infoAt({ variables }: Run, path: Path): GraphQLResolveInfo {
    const { schema, operation, selections } = this.facts;
    return {
      fieldName: this.field.name,
      fieldNodes: this.nodes,
      returnType: this.field.type,
      parentType: this.parent,
      path,
      schema,
      fragments: selections.fragments,
      rootValue: undefined,
      operation,
      variableValues: variables,
    };
  }
}
