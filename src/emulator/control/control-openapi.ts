import type { ControlRoute } from "./control-route.js";
import { definitionsOf, jsonSchema } from "../schema.js";
import { NAMED_SCHEMAS, ERROR } from "./control-schemas.js";

const JSON_TYPE = "application/json";

/** Error responses of all routes. */
const ERROR_RESPONSES = {
  400: "The body or the query is invalid. Nothing was changed.",
  403: "The request comes from another web site, or its Host header does not name this machine.",
  413: "The body is too large.",
} as const;

/** Generates the OpenAPI document of the control API from its routes. */
export function controlOpenApi(
  prefix: string,
  routes: readonly ControlRoute[],
): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = (paths[`${prefix}${route.path}`] ??= {});
    path[route.method.toLowerCase()] = operationOf(route);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Emulator control API",
      version: "1.0.0",
      description:
        "Controls the emulator from tests or by hand: initial contacts, confirmations, the clock, scripted faults and settings. Requests need no signature. The gateway never forwards requests to this API.",
      contact: { name: "The operator of this emulator" },
      license: { name: "MIT", url: "https://opensource.org/license/mit" },
    },
    servers: [{ url: "/", description: "This emulator." }],
    security: [],
    tags: [{ name: "Control", description: "Control of the emulator." }],
    paths,
    components: {
      schemas: definitionsOf(NAMED_SCHEMAS),
    },
  };
}

function operationOf(route: ControlRoute): object {
  const { operationId, summary, query = {}, bodySchema, examples = {} } = route;
  return {
    operationId,
    summary,
    description: summary,
    tags: ["Control"],
    parameters: Object.entries(query).map(([name, schema]) => ({
      name,
      in: "query",
      required: false,
      schema: jsonSchema(schema),
    })),
    ...(bodySchema === undefined
      ? {}
      : {
          requestBody: {
            required: route.isBodyOptional !== true,
            content: {
              [JSON_TYPE]: {
                schema: jsonSchema(bodySchema),
                examples: Object.fromEntries(
                  Object.entries(examples).map(([name, value]) => [
                    name,
                    { value },
                  ]),
                ),
              },
            },
          },
        }),
    responses: {
      200: response("Success.", jsonSchema(route.responseSchema)),
      ...Object.fromEntries(
        Object.entries(ERROR_RESPONSES).map(([status, text]) => [
          status,
          response(text, jsonSchema(ERROR)),
        ]),
      ),
    },
  };
}

function response(description: string, schema: object): object {
  return { description, content: { [JSON_TYPE]: { schema } } };
}
