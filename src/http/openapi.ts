import type { INestApplication } from "@nestjs/common";
import {
  SwaggerModule,
  type OpenAPIObject,
  type OperationObject,
  type ParameterObject,
  type ReferenceObject,
  type ResponseObject,
  type SchemaObject,
} from "@nestjs/swagger";
import type { Shape } from "./check-input.js";
import { exampleOf } from "./openapi-examples.js";
import { COMPONENTS, INFO, TAG } from "./openapi-front-matter.js";
import {
  PROBLEM_SCHEMAS,
  problemExamples,
  problemResponses,
} from "./openapi-problems.js";
import { asInput, asQuery, asResult, referenced } from "./openapi-schemas.js";
import type {
  RestAnswer,
  RestContract,
  RestOperation,
} from "./rest-operation.js";

type Operations = RestContract["operations"];
type Schemas = Record<string, SchemaObject>;

/**
 * The OpenAPI document of the REST front door.
 *
 * Routes come from the controllers, schemas from the shapes, problems from the
 * error table, and sentences from the contract. Costs some milliseconds, so it
 * is made when it is first asked for.
 *
 * @throws {Error} when a route has no row in the contract
 */
export function buildOpenApi(
  app: INestApplication,
  { operations, shapeExamples }: RestContract,
  version: string,
): OpenAPIObject {
  const document = SwaggerModule.createDocument(
    app,
    { openapi: "3.1.0", info: { ...INFO, version } },
    {
      operationIdFactory: (_controller, method) => method,
      autoTagControllers: false,
      extraModels: modelsOf(operations),
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
  for (const path of Object.values(document.paths)) {
    for (const method of ["get", "post", "patch", "put", "delete"] as const) {
      const route = path[method];
      if (route === undefined) continue;
      const id = route.operationId ?? "";
      const row = operations[id];
      if (row === undefined) throw new Error(`${id} is not in the contract`);
      path[method] = described(id, row, route, schemas, exampled);
    }
  }
  const { paths } = document;
  const used = referenced([paths, COMPONENTS, PROBLEM_SCHEMAS], schemas);
  return {
    openapi: document.openapi,
    info: document.info,
    servers: [{ url: "/", description: "This gateway." }],
    tags: [TAG],
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

/** Every shape that the contract names, each once. */
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

/** Schemas as inputs or results, by where the contract uses them. */
function asContract(schemas: Schemas, operations: Operations): Schemas {
  const inputs = new Set(
    Object.values(operations).flatMap(({ query, body }) =>
      [query?.name, body?.name].filter((name) => name !== undefined),
    ),
  );
  const all = { ...schemas, ...(PROBLEM_SCHEMAS as Schemas) };
  return Object.fromEntries(
    Object.entries(all).map(([name, schema]) => [
      name,
      inputs.has(name)
        ? asInput(schema)
        : name in PROBLEM_SCHEMAS || schema.type !== "object"
          ? schema
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
    tags: [TAG.name],
    security: [{ bearerAuth: [row.scope] }],
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
          success(answer, exampleOfAnswer(answer)),
        ]),
      ),
      ...problemResponses(row),
    },
  };
}

function parametersOf(
  { query, example, hasPreference }: RestOperation,
  route: OperationObject,
  schemas: Schemas,
): (ParameterObject | ReferenceObject)[] {
  const path = (route.parameters ?? [])
    .filter((one): one is ParameterObject => "in" in one && one.in === "path")
    .map((one) => ({
      ...one,
      description: "The contact, `c-…`.",
      example: example.id,
    }));
  const queried = query === undefined ? undefined : schemas[query.name];
  return [
    ...path,
    ...(queried === undefined ? [] : asQuery(queried, example.query)),
    ...(hasPreference === true
      ? [{ $ref: "#/components/parameters/Prefer" }]
      : []),
    { $ref: "#/components/parameters/Accept-Language" },
    { $ref: "#/components/parameters/X-Request-Id" },
  ];
}

function success(answer: RestAnswer, example: object): ResponseObject {
  const { description, headers = [] } = answer;
  return {
    description,
    headers: Object.fromEntries(
      [...headers, "X-Request-Id"].map((name) => [
        name,
        { $ref: `#/components/headers/${name}` },
      ]),
    ),
    content: {
      "application/json": {
        schema: schemaOf(answer),
        examples: { sample: { value: example } },
      },
    },
  };
}

function schemaOf({ shapes }: RestAnswer): SchemaObject | ReferenceObject {
  const [first, ...others] = shapes.map(reference);
  return first === undefined || others.length > 0
    ? { anyOf: shapes.map(reference) }
    : first;
}

function reference({ name }: Shape<object>): ReferenceObject {
  return { $ref: `#/components/schemas/${name}` };
}
