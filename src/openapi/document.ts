import type { Type } from "@nestjs/common";
import type {
  ContentObject,
  OpenAPIObject,
  OperationObject,
  ParameterObject,
  PathsObject,
  ReferenceObject,
  RequestBodyObject,
  ResponseObject,
} from "@nestjs/swagger";
import type { RuleSettings, Shape } from "../validation/check-input.js";
import { eventContent } from "./events.js";
import { COMPONENTS, headersOf, INFO, tagOf, TAGS } from "./front-matter.js";
import { PROBLEM_SCHEMAS } from "./problem-schemas.js";
import {
  problemExamples,
  problemResponses,
  UNEXPECTED_PROBLEM,
} from "./problems.js";
import {
  operationsOf,
  type AnswerBody,
  type RestAnswer,
  type RestOperation,
} from "./rest-operation.js";
import { scopeSentence } from "./scope-sentence.js";
import { exampleOf, Schemas } from "./schemas.js";

/** Contract of the REST API, for the OpenAPI document. */
export interface RestContract {
  readonly controllers: readonly Type[];
  /** Shape of `upstream` in a problem document. */
  readonly upstreamShape: Shape<object>;
}

/**
 * Builds the OpenAPI document of the REST API.
 *
 * Routes and descriptions come from the controllers, schemas from the shapes, and
 * problem responses from the error table.
 */
export function buildOpenApi(
  { controllers, upstreamShape }: RestContract,
  version: string,
  settings: RuleSettings,
): OpenAPIObject {
  const schemas = new Schemas(settings);
  schemas.reference(upstreamShape, "result");
  const paths: PathsObject = {};
  for (const operation of operationsOf(controllers)) {
    paths[operation.url] = {
      ...paths[operation.url],
      [operation.method]: operationObject(operation, schemas),
    };
  }
  return {
    openapi: "3.1.0",
    info: { ...INFO, version },
    // Relative to the URL of this document (OpenAPI 3.1, server object).
    servers: [{ url: ".", description: "This gateway." }],
    tags: Object.values(TAGS),
    paths,
    components: {
      ...COMPONENTS,
      responses: { UnexpectedProblem: UNEXPECTED_PROBLEM },
      examples: problemExamples([paths, UNEXPECTED_PROBLEM]),
      schemas: { ...schemas.components, ...PROBLEM_SCHEMAS },
    },
  };
}

function operationObject(
  operation: RestOperation,
  schemas: Schemas,
): OperationObject {
  const { scopes } = operation;
  const extensions: Readonly<Record<`x-${string}`, string>> = {
    // Separated by spaces, as in OAuth 2.0.
    "x-required-scope": scopes.join(" "),
  };
  return {
    operationId: operation.operationId,
    summary: operation.summary,
    description: `${operation.description}\n\n${scopeSentence(scopes)}`,
    tags: [tagOf(operation.method, operation.url).name],
    // OpenAPI 3.1 allows roles in requirements of schemes other than OAuth, but most
    // tools report them as errors. So the scope is an extension (`x-required-scope`).
    security: [{ bearerAuth: [] }, { apiKeyAuth: [] }],
    ...extensions,
    parameters: parametersOf(operation, schemas),
    ...bodyOf(operation, schemas),
    responses: {
      ...Object.fromEntries(
        operation.answers.map((answer) => [
          answer.status,
          success(answer, operation.isWrite, schemas),
        ]),
      ),
      ...problemResponses(operation),
      default: { $ref: "#/components/responses/UnexpectedProblem" },
    },
  };
}

function parametersOf(
  { path, query, example, headers = [], isWrite }: RestOperation,
  schemas: Schemas,
): (ParameterObject | ReferenceObject)[] {
  return [
    ...(path === undefined
      ? []
      : schemas.parameters(path, "path", { ...example })),
    ...(query === undefined
      ? []
      : schemas.parameters(query, "query", example.query ?? {})),
    ...[
      ...headers,
      ...(isWrite ? ["Idempotency-Key"] : []),
      "X-Resource-Directory",
      "Accept-Language",
      "X-Request-Id",
    ].map((name) => ({ $ref: `#/components/parameters/${name}` })),
  ];
}

function bodyOf(
  { body, bodyTexts, example }: RestOperation,
  schemas: Schemas,
): { requestBody?: RequestBodyObject } {
  if (body === undefined) return {};
  return {
    requestBody: {
      required: true,
      content: {
        "application/json": {
          schema: schemas.reference(body, "input"),
          examples: { sample: { value: example.body } },
        },
        ...textsOf(bodyTexts),
      },
    },
  };
}

function success(
  answer: RestAnswer,
  isWrite: boolean,
  schemas: Schemas,
): ResponseObject {
  const {
    description,
    headers = [],
    links,
    events,
    bodies = [],
    texts,
  } = answer;
  const content: ContentObject = {
    ...(events === undefined
      ? {}
      : { "text/event-stream": eventContent(events, schemas) }),
    ...(bodies.length === 0
      ? {}
      : { "application/json": jsonOf(bodies, schemas) }),
    ...textsOf(texts),
  };
  return {
    description,
    headers: headersOf([
      ...headers,
      ...(isWrite ? ["Idempotent-Replayed"] : []),
    ]),
    ...(Object.keys(content).length === 0 ? {} : { content }),
    ...(links === undefined ? {} : { links: { ...links } }),
  };
}

/** Bodies that are not JSON: an example by media type. */
function textsOf(texts: Readonly<Record<string, string>> = {}): ContentObject {
  return Object.fromEntries(
    Object.entries(texts).map(([mediaType, example]) => [
      mediaType,
      { schema: { type: "string" }, examples: { sample: { value: example } } },
    ]),
  );
}

function jsonOf(
  bodies: readonly AnswerBody[],
  schemas: Schemas,
): ContentObject[string] {
  const [first, ...others] = bodies.map(({ shape }) =>
    schemas.reference(shape, "result"),
  );
  return {
    schema:
      first === undefined || others.length === 0
        ? first
        : // The larger shape first, because generated clients take the first that fits.
          { anyOf: [...others, first] },
    examples: Object.fromEntries(
      bodies.map(({ shape, name = "sample", example }) => [
        name,
        { value: { ...exampleOf(shape), ...example } },
      ]),
    ),
  };
}
