import type { ErrorCode } from "../errors/error-codes.js";
import type { Shape } from "../validation/check-input.js";
import type { ShapeExamples } from "./examples.js";

/** Headers of answers that the OpenAPI document explains. */
export type AnswerHeader =
  "Link" | "Location" | "Preference-Applied" | "Retry-After";

/** Headers of requests that some operations look at. */
export type RequestHeader = "Last-Event-ID" | "Prefer";

/** One status with which an operation succeeds. */
export interface RestAnswer {
  readonly status: number;
  readonly description: string;
  /** Shape of the body; of several, any one; none for an empty body. */
  readonly shapes: readonly Shape<object>[];
  /** The body is a stream of events, such as these. */
  readonly events?: string;
  readonly headers?: readonly AnswerHeader[];
  /** Where the body differs from the examples of its shape. */
  readonly example?: object;
}

/** A request that works as it stands against the emulator's sample contacts. */
export interface RestExample {
  /** The contact in the path. */
  readonly id?: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: object;
}

/** What the OpenAPI document tells of an operation and no route can. */
export interface RestOperation {
  readonly summary: string;
  readonly description: string;
  readonly scope: string;
  /** Its properties are the names in the query string. */
  readonly query?: Shape<object>;
  readonly body?: Shape<object>;
  /** Headers of the request that mean something to this operation. */
  readonly headers?: readonly RequestHeader[];
  readonly isWrite: boolean;
  /** The most usual one first. */
  readonly answers: readonly RestAnswer[];
  /** Codes of its own; those that every operation can give come by themselves. */
  readonly errors: readonly ErrorCode[];
  readonly example: RestExample;
}

/** What a front door promises, for the OpenAPI document. */
export interface RestContract {
  /** By the operation's one word, which is the controller's method. */
  readonly operations: Readonly<Record<string, RestOperation>>;
  /** Shape of the vendor's side of a problem. */
  readonly upstreamShape: Shape<object>;
  /** Values that shapes do not tell by themselves, by the shape's name. */
  readonly shapeExamples: ShapeExamples;
}
