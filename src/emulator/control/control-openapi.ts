import type { ControlRoute } from "./control-route.js";
import { definitionsOf, jsonSchema } from "../json.js";
import { NAMED_SHAPES, REFUSAL } from "./control-shapes.js";

const JSON_TYPE = "application/json";

/** What the control surface can refuse, whatever the route. */
const REFUSALS = {
  400: "The body or the query is not as described; nothing was changed.",
  403: "The request came from another web site, or by a name that is not this machine's.",
  413: "The body is too large.",
} as const;

/** The OpenAPI document of the control surface, made of its routes. */
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
      title: "Emulator control",
      version: "1.0.0",
      description:
        "Everything that happens around the emulated vendor rather than through its API: contacts to start with, owners who confirm, time that passes, things that go wrong. For tests and for people; nothing here is signed, and the gateway never forwards to it.",
      contact: { name: "Whoever runs this emulator" },
      license: { name: "MIT", url: "https://opensource.org/license/mit" },
    },
    servers: [{ url: "/", description: "This emulator." }],
    security: [],
    tags: [{ name: "Control", description: "The emulator from the outside." }],
    paths,
    components: {
      schemas: definitionsOf(NAMED_SHAPES),
    },
  };
}

function operationOf(route: ControlRoute): object {
  const { operationId, sentence, query = {}, takes, examples = {} } = route;
  return {
    operationId,
    summary: sentence,
    description: sentence,
    tags: ["Control"],
    parameters: Object.entries(query).map(([name, schema]) => ({
      name,
      in: "query",
      required: false,
      schema: jsonSchema(schema),
    })),
    ...(takes === undefined
      ? {}
      : {
          requestBody: {
            required: route.isBodyOptional !== true,
            content: {
              [JSON_TYPE]: {
                schema: jsonSchema(takes),
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
      200: answer("Done.", jsonSchema(route.answers)),
      ...Object.fromEntries(
        Object.entries(REFUSALS).map(([status, text]) => [
          status,
          answer(text, jsonSchema(REFUSAL)),
        ]),
      ),
    },
  };
}

function answer(description: string, schema: object): object {
  return { description, content: { [JSON_TYPE]: { schema } } };
}
