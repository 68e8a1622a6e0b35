import type { INestApplication } from "@nestjs/common";
import {
  ApiProperty,
  SwaggerModule,
  type OpenAPIObject,
  type OperationObject,
  type ParameterObject,
  type ReferenceObject,
  type ResponseObject,
  type SchemaObject,
} from "@nestjs/swagger";
import type { Shape } from "../validation/check-input.js";
import { exampleOf } from "./examples.js";
import { COMPONENTS, INFO, TAGS, tagOf } from "./front-matter.js";
import { declareProperties } from "./property.js";
import {
  PROBLEM_SCHEMAS,
  problemExamples,
  problemResponses,
} from "./problems.js";
import { asInput, asQuery, asResult, referenced } from "./schemas.js";
import type {
  RestAnswer,
  RestContract,
  RestOperation,
} from "./rest-operation.js";

type Operations = RestContract["operations"];
type Schemas = Record<string, SchemaObject>;

/**
 * Builds the OpenAPI document of the REST API.
 *
 * Routes come from the controllers, schemas from the shapes, problem responses
 * from the error table, and descriptions from the contract. A route without an
 * entry in the contract is omitted.
 */
export function buildOpenApi(
  app: INestApplication,
  { operations, shapeExamples, upstreamShape }: RestContract,
  version: string,
): OpenAPIObject {
  declareProperties(ApiProperty);
  const document = SwaggerModule.createDocument(
    app,
    { openapi: "3.1.0", info: { ...INFO, version } },
    {
      operationIdFactory: (_controller, method) => method,
      autoTagControllers: false,
      extraModels: [...modelsOf(operations), upstreamShape],
    },
  );
  const schemas = asContract(
    (document.components?.schemas ?? {}) as Schemas,
    operations,
  );
  const exampled = (answer: RestAnswer): object => ({
    ...(exampleOf(schemaOf(answer), schemas, shapeExamples) as object),
    ...answer.example,
  });
  for (const [url, path] of Object.entries(document.paths)) {
    for (const method of ["get", "post", "patch", "put", "delete"] as const) {
      const route = path[method];
      if (route === undefined) continue;
      const id = route.operationId ?? "";
      const row = operations[id];
      if (row === undefined) delete path[method];
      else {
        path[method] = {
          ...described(id, row, route, schemas, exampled),
          tags: [tagOf(method, url).name],
        };
      }
    }
  }
  const { paths } = document;
  const used = referenced([paths, COMPONENTS, PROBLEM_SCHEMAS], schemas);
  return {
    openapi: document.openapi,
    info: document.info,
    // Relative to the URL of this document (OpenAPI 3.1, server object).
    servers: [{ url: ".", description: "This gateway." }],
    tags: Object.values(TAGS),
    paths,
    components: {
      ...COMPONENTS,
      examples: problemExamples(),
      schemas: Object.fromEntries(
        Object.entries(schemas).filter(([name]) => used.has(name)),
      ),
    },
  };
}

/** All shapes of the contract, without duplicates. */
function modelsOf(operations: Operations): Shape<object>[] {
  const models = Object.values(operations).flatMap(
    ({ query, body, answers }) => [
      query,
      body,
      ...answers.flatMap(({ shapes }) => shapes),
    ],
  );
  return [...new Set(models)].filter((model) => model !== undefined);
}

/** Converts each schema to an input or a result, depending on its use. */
function asContract(schemas: Schemas, operations: Operations): Schemas {
  const inputRoots = Object.values(operations).flatMap(({ query, body }) =>
    [query, body].flatMap((shape) =>
      shape === undefined ? [] : [reference(shape)],
    ),
  );
  // Schemas nested in an input are inputs, too.
  const inputs = referenced(inputRoots, schemas);
  const all = { ...schemas, ...(PROBLEM_SCHEMAS as Schemas) };
  return Object.fromEntries(
    Object.entries(all).map(([name, schema]) => [
      name,
      name in PROBLEM_SCHEMAS || schema.type !== "object"
        ? schema
        : inputs.has(name)
          ? asInput(schema)
          : asResult(schema),
    ]),
  );
}

function described(
  operationId: string,
  row: RestOperation,
  route: OperationObject,
  schemas: Schemas,
  exampleOfAnswer: (answer: RestAnswer) => object,
): OperationObject {
  return {
    operationId,
    summary: row.summary,
    description: `${row.description}\n\nScope: \`${row.scope}\`.`,
    // OpenAPI 3.1 allows roles in requirements of schemes other than OAuth, but most
    // tools report them as errors. So the scope is an extension (`x-required-scope`).
    security: [{ bearerAuth: [] }, { apiKeyAuth: [] }],
    ...requiredScope(row),
    parameters: parametersOf(row, route, schemas),
    ...(row.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              "application/json": {
                schema: reference(row.body),
                examples: { sample: { value: row.example.body } },
              },
            },
          },
        }),
    responses: {
      ...Object.fromEntries(
        row.answers.map((answer) => [
          answer.status,
          success(answer, row.isWrite, exampleOfAnswer(answer)),
        ]),
      ),
      ...problemResponses(row),
    },
  };
}

function requiredScope({
  scope,
}: RestOperation): Readonly<Record<`x-${string}`, string>> {
  return { "x-required-scope": scope };
}

function parametersOf(
  { query, example, headers = [], isWrite }: RestOperation,
  route: OperationObject,
  schemas: Schemas,
): (ParameterObject | ReferenceObject)[] {
  const path = (route.parameters ?? [])
    .filter(
      (parameter): parameter is ParameterObject =>
        "in" in parameter && parameter.in === "path",
    )
    .map((parameter) => ({
      ...parameter,
      description: "Contact id (`c-…`).",
      example: example.id,
    }));
  const querySchema = query === undefined ? undefined : schemas[query.name];
  return [
    ...path,
    ...(querySchema === undefined ? [] : asQuery(querySchema, example.query)),
    ...[
      ...headers,
      ...(isWrite ? ["Idempotency-Key"] : []),
      "X-Resource-Directory",
      "Accept-Language",
      "X-Request-Id",
    ].map((name) => ({ $ref: `#/components/parameters/${name}` })),
  ];
}

function success(
  answer: RestAnswer,
  isWrite: boolean,
  example: object,
): ResponseObject {
  const { description, headers = [] } = answer;
  const allHeaders = [
    ...headers,
    ...(isWrite ? ["Idempotent-Replayed"] : []),
    "X-Request-Id",
  ];
  return {
    description,
    headers: Object.fromEntries(
      allHeaders.map((name) => [
        name,
        { $ref: `#/components/headers/${name}` },
      ]),
    ),
    ...contentOf(answer, example),
  };
}

function contentOf(
  { shapes, events }: RestAnswer,
  example: object,
): Pick<ResponseObject, "content"> {
  if (events !== undefined) {
    return {
      content: {
        "text/event-stream": {
          schema: { type: "string" },
          examples: { sample: { value: events } },
        },
      },
    };
  }
  if (shapes.length === 0) return {};
  return {
    content: {
      "application/json": {
        schema: schemaOf({ shapes }),
        examples: { sample: { value: example } },
      },
    },
  };
}

function schemaOf({
  shapes,
}: Pick<RestAnswer, "shapes">): SchemaObject | ReferenceObject {
  const [first, ...others] = shapes.map(reference);
  return first === undefined || others.length > 0
    ? { anyOf: shapes.map(reference) }
    : first;
}

function reference({ name }: Shape<object>): ReferenceObject {
  return { $ref: `#/components/schemas/${name}` };
}
