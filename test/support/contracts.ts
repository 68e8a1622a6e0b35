import type { OpenAPIObject, SchemaObject } from "@nestjs/swagger";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import ajvFormats from "ajv-formats";
import { readConfig } from "../../src/config/read-config.js";
import { startGateway, type Gateway } from "../../src/gateway.js";
import { printedOpenApi } from "../../src/pages/contracts.js";
import type { ReceivedEvent } from "./event-stream.js";
import { environmentFor } from "./running.js";

/** A gateway without an upstream, for printing its contracts. */
export function unconnectedGateway(): Promise<Gateway> {
  return startGateway(readConfig(environmentFor("http://127.0.0.1:9")));
}

export function openApiOf({ app }: Pick<Gateway, "app">): OpenAPIObject {
  const { text } = printedOpenApi(app);
  return JSON.parse(text) as OpenAPIObject;
}

/** Violations of a schema of the document by a value; empty if it is valid. */
export function schemaCheck(
  document: OpenAPIObject,
): (pointer: string, value: unknown) => string[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajvFormats.default(ajv);
  ajv.addSchema(document, "openapi");
  const compiled = new Map<string, ValidateFunction>();
  return (pointer, value) => {
    const validate =
      compiled.get(pointer) ?? ajv.compile({ $ref: `openapi#${pointer}` });
    compiled.set(pointer, validate);
    if (validate(value) === true) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message }) => `${instancePath} ${message ?? ""}`,
    );
  };
}

/** A JSON pointer (RFC 6901) from its parts, for use in a fragment. */
export function pointerOf(...parts: readonly string[]): string {
  return parts
    .map(
      (part) =>
        `/${encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))}`,
    )
    .join("");
}

/**
 * Violations by an event of a stream: of the schema that its name selects, and of the
 * schema of its data.
 */
export function eventProblems(
  document: OpenAPIObject,
  { event = "message", ...fields }: ReceivedEvent,
): string[] {
  const problems = schemaCheck(document);
  const { discriminator } = document.components?.schemas?.[
    "DeletionEvent"
  ] as SchemaObject;
  const reference = discriminator?.mapping?.[event] ?? "";
  const name = reference.split("/").at(-1) ?? "";
  const { properties = {} } = (document.components?.schemas?.[name] ??
    {}) as SchemaObject;
  const { contentSchema } = (properties["data"] ?? {}) as {
    contentSchema?: { $ref: string };
  };
  return [
    ...problems("/components/schemas/DeletionEvent", { event, ...fields }),
    ...problems(reference.slice(1), { event, ...fields }),
    ...(contentSchema === undefined
      ? []
      : problems(
          contentSchema.$ref.slice(1),
          JSON.parse(fields.data ?? "null"),
        )),
  ];
}
