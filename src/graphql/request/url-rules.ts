import {
  getNamedType,
  getOperationAST,
  isInputObjectType,
  isInputType,
  isScalarType,
  Kind,
  OperationTypeNode,
  parse,
  typeFromAST,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  type TypeNode,
} from "graphql";
import { malformed, NotByGet } from "./malformed.js";

/** The parts of a GraphQL request that its URL contains. */
export interface UrlContent {
  readonly query: string;
  readonly operationName?: string;
  /** False when the URL has only the id of the document. */
  readonly hasText: boolean;
}

/**
 * Rules for documents that are executed by GET: queries only, and no personal data
 * in the URL. A scalar is personal if its extensions say `personal: true`.
 */
export class UrlRules {
  /** Names of the personal scalars, and of the inputs that contain one. */
  private readonly personalTypes = new Set<string>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly maxTokens: number,
  ) {
    for (const type of Object.values(schema.getTypeMap())) {
      if (isInputType(type) && isPersonal(type)) {
        this.personalTypes.add(type.name);
      }
    }
  }

  /**
   * Accepts invalid documents: the executor reports all of their errors.
   *
   * @throws {NotByGet} for a mutation or a subscription
   * @throws {GatewayError} BAD_REQUEST for personal data
   */
  check(content: UrlContent): void {
    const document = this.parsed(content.query);
    if (document === null) return;
    const operation = getOperationAST(document, content.operationName);
    if (operation != null && operation.operation !== OperationTypeNode.QUERY) {
      throw new NotByGet();
    }
    this.checkPersonalData(document, content.hasText);
  }

  /**
   * Checks a document of any kind.
   *
   * @throws {GatewayError} BAD_REQUEST for personal data
   */
  checkSubscription({ query, hasText }: UrlContent): void {
    const document = this.parsed(query);
    if (document !== null) this.checkPersonalData(document, hasText);
  }

  private parsed(query: string): DocumentNode | null {
    try {
      return parse(query, { maxTokens: this.maxTokens });
    } catch {
      return null;
    }
  }

  private checkPersonalData(document: DocumentNode, hasText: boolean): void {
    const types = new TypeInfo(this.schema);
    const isPersonalLiteral = (): boolean => {
      const type = types.getInputType();
      return type != null && this.personalTypes.has(getNamedType(type).name);
    };
    const checkLiteral = (): void => {
      if (hasText && isPersonalLiteral()) throw malformed("personalData");
    };
    visit(
      document,
      visitWithTypeInfo(types, {
        [Kind.VARIABLE_DEFINITION]: ({ type }) => {
          const named = typeFromAST(this.schema, namedTypeOf(type));
          if (named !== undefined && this.personalTypes.has(named.name)) {
            throw malformed("personalData");
          }
        },
        [Kind.STRING]: checkLiteral,
        [Kind.INT]: checkLiteral,
        [Kind.FLOAT]: checkLiteral,
      }),
    );
  }
}

function namedTypeOf(type: TypeNode): TypeNode & { kind: Kind.NAMED_TYPE } {
  return type.kind === Kind.NAMED_TYPE ? type : namedTypeOf(type.type);
}

/** Whether a type is a personal scalar or contains one. Inputs may be recursive. */
function isPersonal(type: GraphQLInputType, seen = new Set<string>()): boolean {
  const named = getNamedType(type);
  if (isScalarType(named)) return named.extensions["personal"] === true;
  if (!isInputObjectType(named) || seen.has(named.name)) return false;
  seen.add(named.name);
  return Object.values(named.getFields()).some((field) =>
    isPersonal(field.type, seen),
  );
}
