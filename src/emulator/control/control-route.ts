import type { EmulatorControl } from "./control.js";
import type { z } from "zod";
import { parse } from "../json.js";

type QueryShapes = Readonly<Record<string, z.ZodType<number>>>;

/** Numbers of the query string; what was not sent is not there. */
export type ControlQuery = Readonly<Record<string, number | undefined>>;

interface RouteFacts {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below the prefix. */
  readonly path: string;
  /** One word, unique among the routes. */
  readonly operationId: string;
  readonly sentence: string;
  readonly query?: QueryShapes;
  /** Bodies that work as they stand with the sample contacts, by name. */
  readonly examples?: Readonly<Record<string, unknown>>;
  /** Whether the body may be left out. */
  readonly isBodyOptional?: boolean;
  readonly answers: z.ZodType;
}

/** One row of the control surface: what it takes, what it answers and what it does. */
export interface ControlRoute extends RouteFacts {
  readonly takes?: z.ZodType;
  /**
   * Judges the body and does it. Without an answer of its own that is `{"ok": true}`.
   *
   * @throws {ControlInputError} nothing is changed then
   */
  serve(control: EmulatorControl, input: unknown, query: ControlQuery): unknown;
}

/** A row that takes no body. */
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

/** A row that takes a body; `run` gets it as its shape reads it. */
export function routeWithBody<T>(
  row: RouteFacts & {
    readonly takes: z.ZodType<T>;
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
          facts.takes,
          input === undefined && facts.isBodyOptional ? {} : input,
        ),
      ),
  };
}
