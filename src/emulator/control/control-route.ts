import type { EmulatorControl } from "./emulator-control.js";
import type { z } from "zod";
import { parse } from "../schema.js";

type QuerySchemas = Readonly<Record<string, z.ZodType<number>>>;

/** Numeric parameters of the query string. Omitted parameters are absent. */
export type ControlQuery = Readonly<Record<string, number | undefined>>;

interface RouteFacts {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Path after the prefix. */
  readonly path: string;
  /** Unique among the routes. */
  readonly operationId: string;
  /** Description, shown in the index and in the OpenAPI document. */
  readonly summary: string;
  readonly query?: QuerySchemas;
  /** Valid bodies for the sample contacts, by name. */
  readonly examples?: Readonly<Record<string, unknown>>;
  /** Whether the body is optional. */
  readonly isBodyOptional?: boolean;
  /** Schema of the response. */
  readonly responseSchema: z.ZodType;
}

/** A route of the control API: its schemas and its handler. */
export interface ControlRoute extends RouteFacts {
  /** Schema of the body; a route without it takes no body. */
  readonly bodySchema?: z.ZodType;
  /**
   * Validates the body and handles the request. Returns the response; undefined stands for
   * `{"ok": true}`.
   *
   * @throws {ControlInputError} when the input is invalid; nothing is changed then
   */
  serve(control: EmulatorControl, input: unknown, query: ControlQuery): unknown;
}

/** Declares a route without a body. */
export function route(
  row: RouteFacts & {
    readonly run: (control: EmulatorControl, query: ControlQuery) => unknown;
  },
): ControlRoute {
  const { run, ...facts } = row;
  return {
    ...facts,
    serve: (control, _input, query) => run(control, query),
  };
}

/** Declares a route with a body. `run` receives the parsed body. */
export function routeWithBody<T>(
  row: RouteFacts & {
    readonly bodySchema: z.ZodType<T>;
    readonly run: (control: EmulatorControl, input: T) => unknown;
  },
): ControlRoute {
  const { run, ...facts } = row;
  return {
    ...facts,
    serve: (control, input) =>
      run(
        control,
        parse(
          facts.bodySchema,
          input === undefined && facts.isBodyOptional ? {} : input,
        ),
      ),
  };
}
