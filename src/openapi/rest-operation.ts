import "reflect-metadata";
import { RequestMethod, type Type } from "@nestjs/common";
import { METHOD_METADATA, PATH_METADATA } from "@nestjs/common/constants.js";
import type { ErrorCode } from "../errors/error-codes.js";
import type { FieldNames } from "../http/field-names.js";
import type { Shape } from "../validation/check-input.js";
import type { EventStream } from "./events.js";

/** Response headers that some operations document. */
export type AnswerHeader =
  "Age" | "ETag" | "Link" | "Location" | "Preference-Applied" | "Retry-After";

/** Request headers that some operations read. */
export type RequestHeader =
  "Cache-Control" | "If-Match" | "If-None-Match" | "Last-Event-ID" | "Prefer";

/** A possible JSON body of a response. */
export interface AnswerBody {
  readonly shape: Shape<object>;
  /** Name of the example; `sample` by default. */
  readonly name?: string;
  /** Values that replace the examples of the shape. */
  readonly example?: object;
}

/** An operation that takes a value from a response (OpenAPI link). */
export interface AnswerLink {
  readonly operationId: string;
  readonly description: string;
  /** Runtime expressions by name of the parameter. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** One successful response of an operation. */
export interface RestAnswer {
  readonly status: number;
  readonly description: string;
  /** Possible bodies, the one without further request headers first; none by default. */
  readonly bodies?: readonly AnswerBody[];
  /** Further bodies that are not JSON: an example by media type. */
  readonly texts?: Readonly<Record<string, string>>;
  /** The body, if it is an event stream. */
  readonly events?: EventStream;
  readonly headers?: readonly AnswerHeader[];
  /** Links by name. */
  readonly links?: Readonly<Record<string, AnswerLink>>;
}

/** An example request that succeeds against the emulator's sample contacts. */
export interface RestExample {
  /** Contact id in the path. */
  readonly id?: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: object;
  /** Request headers without which the request would be rejected. */
  readonly headers?: Readonly<Partial<Record<RequestHeader, string>>>;
}

/** What the OpenAPI document says about an operation, in addition to its route. */
export interface Documentation {
  readonly summary: string;
  readonly description: string;
  /** Shape of the path; one property per parameter. */
  readonly path?: Shape<object>;
  /** Shape of the query string; one property per parameter. */
  readonly query?: Shape<object>;
  readonly body?: Shape<object>;
  /** Further bodies that are not JSON: an example by media type. */
  readonly bodyTexts?: Readonly<Record<string, string>>;
  /** Request headers that this operation reads. */
  readonly headers?: readonly RequestHeader[];
  /** Successful responses, the most common one first. */
  readonly answers: readonly RestAnswer[];
  /** Names of parameters in errors, where they differ from those of the gateway. */
  readonly fieldNames?: FieldNames;
  readonly example: RestExample;
}

/** An operation of the REST API. */
export interface RestOperation extends Documentation {
  /** Name of the controller method. */
  readonly operationId: string;
  readonly method: "get" | "post" | "patch" | "put" | "delete";
  /** Path in the syntax of OpenAPI, such as `/v1/message-contacts/{id}`. */
  readonly url: string;
  /** Scopes that a caller needs, all of them. */
  readonly scopes: readonly string[];
  readonly isWrite: boolean;
  /** Error codes of this operation, without those of every operation. */
  readonly errors: readonly ErrorCode[];
}

/** A route as its decorator declares it. */
export type DeclaredOperation = Omit<
  RestOperation,
  "operationId" | "method" | "url" | "errors"
> & {
  /** A function, because mutations may be declared later than routes. */
  readonly errors: (operationId: string) => readonly ErrorCode[];
};

const OPERATION = Symbol("openapi:operation");

/** Declares a controller method as an operation of the OpenAPI document. */
export function OpenApiOperation(
  operation: DeclaredOperation,
): MethodDecorator {
  return (_prototype, _name, { value }) => {
    Reflect.defineMetadata(OPERATION, operation, value as object);
  };
}

/** The declared operations of controllers, in source order. */
export function operationsOf(controllers: readonly Type[]): RestOperation[] {
  return controllers.flatMap((controller) => {
    const prototype = controller.prototype as Record<string, object>;
    return Object.getOwnPropertyNames(prototype).flatMap((operationId) => {
      const handler = prototype[operationId] ?? {};
      const declared = Reflect.getMetadata(OPERATION, handler) as
        DeclaredOperation | undefined;
      if (declared === undefined) return [];
      const paths = [controller, handler].map(
        (at) => Reflect.getMetadata(PATH_METADATA, at) as string,
      );
      const method = Reflect.getMetadata(
        METHOD_METADATA,
        handler,
      ) as RequestMethod;
      return {
        ...declared,
        operationId,
        method: RequestMethod[method].toLowerCase() as RestOperation["method"],
        url: `/${paths
          .flatMap((path) => path.split("/"))
          .filter(Boolean)
          .join("/")}`.replaceAll(/:(\w+)/g, "{$1}"),
        errors: declared.errors(operationId),
      };
    });
  });
}
