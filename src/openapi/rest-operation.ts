import type { ErrorCode } from "../errors/error-codes.js";
import type { Shape } from "../validation/check-input.js";
import type { ShapeExamples } from "./examples.js";

/** Response headers that some operations document. */
export type AnswerHeader =
  "Age" | "ETag" | "Link" | "Location" | "Preference-Applied" | "Retry-After";

/** Request headers that some operations read. */
export type RequestHeader =
  "Cache-Control" | "If-Match" | "If-None-Match" | "Last-Event-ID" | "Prefer";

/** One successful response of an operation. */
export interface RestAnswer {
  readonly status: number;
  readonly description: string;
  /** Possible shapes of the body; empty if there is no body. */
  readonly shapes: readonly Shape<object>[];
  /** Example of the event stream, if the body is one. */
  readonly events?: string;
  readonly headers?: readonly AnswerHeader[];
  /** Values that replace the examples of the shape. */
  readonly example?: object;
}

/** An example request that succeeds against the emulator's sample contacts. */
export interface RestExample {
  /** Contact id in the path. */
  readonly id?: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: object;
}

/** Properties of an operation for the OpenAPI document, in addition to its route. */
export interface RestOperation {
  readonly summary: string;
  readonly description: string;
  readonly scope: string;
  /** Shape of the query string; one property per parameter. */
  readonly query?: Shape<object>;
  readonly body?: Shape<object>;
  /** Request headers that this operation reads. */
  readonly headers?: readonly RequestHeader[];
  readonly isWrite: boolean;
  /** Successful responses, the most common one first. */
  readonly answers: readonly RestAnswer[];
  /** Error codes of this operation, without those of every operation. */
  readonly errors: readonly ErrorCode[];
  readonly example: RestExample;
}

/** Contract of the REST API, for the OpenAPI document. */
export interface RestContract {
  /** Operations by name, which is also the name of the controller method. */
  readonly operations: Readonly<Record<string, RestOperation>>;
  /** Shape of `upstream` in a problem document. */
  readonly upstreamShape: Shape<object>;
  readonly shapeExamples: ShapeExamples;
}
