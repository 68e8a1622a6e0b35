import type { MediaTypeObject, SchemaObject } from "@nestjs/swagger";
import { frameOf } from "../http/sse-stream.js";
import type { Shape } from "../validation/check-input.js";
import { exampleOf, referenceTo, type Schemas } from "./schemas.js";

/** One kind of event of a stream. */
export interface EventKind {
  /** Name of the event: the line `event`, `message` by default. */
  readonly name: string;
  /** Name of its schema. */
  readonly schema: string;
  readonly description: string;
  /** Whether the event has an id, which a client sends back as `Last-Event-ID`. */
  readonly hasId: boolean;
  /** JSON in the line `data`: a shape, or a component; without it, the line is empty. */
  readonly data?: Shape<object> | { readonly component: string };
}

/** The events of a stream (HTML standard, server-sent events). */
export interface EventStream {
  /** Name of the schema of any event. */
  readonly schema: string;
  readonly description: string;
  readonly kinds: readonly EventKind[];
  /** Events of the example. `data` replaces values of the shape's example. */
  readonly example: readonly {
    readonly kind: string;
    readonly id?: string;
    readonly data?: object;
  }[];
}

/** Schema and example of an event stream; adds the schemas of its events to `schemas`. */
export function eventContent(
  { schema, description, kinds, example }: EventStream,
  schemas: Schemas,
): MediaTypeObject {
  for (const kind of kinds)
    schemas.components[kind.schema] = eventOf(kind, schemas);
  schemas.components[schema] = {
    description,
    oneOf: kinds.map((kind) => referenceTo(kind.schema)),
    discriminator: {
      propertyName: "event",
      mapping: Object.fromEntries(
        kinds.map((kind) => [kind.name, referenceTo(kind.schema).$ref]),
      ),
    },
  };
  const text = example.map(({ kind: name, id, data }) => {
    const kind = kinds.find((one) => one.name === name);
    const shape = typeof kind?.data === "function" ? kind.data : undefined;
    return frameOf({
      ...(id === undefined ? {} : { id }),
      ...(name === "message" ? {} : { event: name }),
      data:
        shape === undefined
          ? ""
          : JSON.stringify({ ...exampleOf(shape), ...data }),
    });
  });
  return {
    // A decoded stream is a sequence of events (JSON Schema 2020-12, contentSchema).
    schema: {
      type: "string",
      contentMediaType: "text/event-stream",
      contentSchema: { type: "array", items: referenceTo(schema) },
    } as SchemaObject,
    examples: { sample: { value: text.join("") } },
  };
}

function eventOf(
  { name, description, hasId, data }: EventKind,
  schemas: Schemas,
): SchemaObject {
  const content =
    typeof data === "function"
      ? schemas.reference(data, "result")
      : data && referenceTo(data.component);
  return {
    type: "object",
    description,
    required: ["event", ...(hasId ? ["id"] : []), "data"],
    properties: {
      event: {
        type: "string",
        description:
          name === "message"
            ? "Name of the event. The stream omits it, because it is the default."
            : "Name of the event.",
        enum: [name],
      },
      ...(hasId
        ? {
            id: {
              type: "string",
              description:
                "Id of the event. Send it as `Last-Event-ID` when you reconnect.",
            },
          }
        : {}),
      data:
        content === undefined
          ? { type: "string", description: "Always empty.", enum: [""] }
          : ({
              type: "string",
              description: "A JSON document.",
              contentMediaType: "application/json",
              contentSchema: content,
            } as SchemaObject),
    },
  };
}
