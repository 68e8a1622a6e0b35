import {
  HeaderMap,
  type ApolloServerPlugin,
  type GraphQLRequestContext,
  type GraphQLRequestListener,
  type GraphQLResponse,
} from "@apollo/server";
import type { GraphQLSchema, OperationDefinitionNode } from "graphql";
import { LRUCache } from "lru-cache";
import type { RequestContext } from "../context/request-context.js";
import { CompiledOperation } from "./compiled-operation.js";

type Asked = Pick<
  GraphQLRequestContext<RequestContext>,
  "request" | "contextValue" | "document" | "operation" | "source"
>;

/** Operations of one document by name; undefined is the name of none. */
type Named = Map<string | undefined, CompiledOperation>;

/** Characters of the documents that are kept. */
const MOST_KNOWN_CHARACTERS = 1024 * 1024;

/**
 * Fields of the plans that are kept, at about a kilobyte each. Fragments make
 * many of a short text, so that its length does not bound them.
 */
const MOST_PLANNED_FIELDS = 50_000;

/**
 * Runs operations in their compiled form, behind Apollo Server's own parsing,
 * validation and plugins, and keeps what it has run.
 */
export class CompiledExecution implements ApolloServerPlugin<RequestContext> {
  /** Off, everything is left to graphql-js: dearer, with the same answers. */
  isOn = true;
  private count = 0;
  private plannedFields = 0;
  /** Only what was parsed and validated gets in. */
  private readonly documents = new LRUCache<string, Named>({
    maxSize: MOST_KNOWN_CHARACTERS,
    sizeCalculation: (_, { length }) => length,
  });
  private readonly listening: Promise<GraphQLRequestListener<RequestContext>>;

  constructor(private readonly schema: GraphQLSchema) {
    // One listener for all requests: it keeps nothing of any.
    this.listening = Promise.resolve({
      responseForOperation: (request) => this.answer(request),
    });
  }

  /** How many operations were run this way. */
  get answered(): number {
    return this.count;
  }

  requestDidStart(): Promise<GraphQLRequestListener<RequestContext>> {
    return this.listening;
  }

  /** An operation that was run before, by the text it came in and its name. */
  known(text: string, name: string | undefined): CompiledOperation | undefined {
    return this.isOn ? this.documents.get(text)?.get(name) : undefined;
  }

  /** Null where graphql-js has to run the operation. */
  private async answer(context: Asked): Promise<GraphQLResponse | null> {
    // No operation: none has the name that was asked for.
    const { operation, request, contextValue } = context;
    if (!this.isOn || operation === undefined) return null;
    const compiled = this.compiled(context, operation);
    const result = await compiled.run(request.variables, contextValue);
    if (result === null) return null;
    this.count += 1;
    const { data, errors } = result;
    // The plugin that renders errors looks for them there.
    if (errors !== undefined) Object.assign(context, { errors });
    return {
      http: { headers: new HeaderMap(), status: undefined },
      body: {
        kind: "single",
        singleResult: errors === undefined ? { data } : { errors, data },
      },
    };
  }

  private compiled(
    { request: { operationName }, source, document }: Asked,
    operation: OperationDefinitionNode,
  ): CompiledOperation {
    if (source === undefined || document === undefined) {
      throw new Error("an operation is part of a document");
    }
    const known = this.known(source, operationName);
    if (known !== undefined) return known;
    const compiled = new CompiledOperation(
      this.schema,
      document,
      operation,
      (fields) => this.planned(fields),
    );
    const named = this.documents.get(source) ?? (new Map() as Named);
    this.documents.set(source, named.set(operationName, compiled));
    return compiled;
  }

  /** Beyond the bound all is forgotten, and made anew where it is asked for. */
  private planned(fields: number): void {
    this.plannedFields += fields;
    if (this.plannedFields <= MOST_PLANNED_FIELDS) return;
    this.documents.clear();
    this.plannedFields = 0;
  }
}
