import type {
  ExampleObject,
  ReferenceObject,
  ResponseObject,
} from "@nestjs/swagger";
import { ErrorCode } from "../errors/error-codes.js";
import { ERRORS } from "../errors/error-table.js";
import {
  GatewayError,
  type GatewayErrorDetails,
  type Violation,
} from "../errors/gateway-error.js";
import type { FieldNames } from "../http/field-names.js";
import { httpError, type HttpErrorName } from "../http/errors/http-errors.js";
import {
  PROBLEM_TYPE,
  toProblem,
  type Problem,
} from "../http/problem-details.js";
import { EXPECTED } from "../errors/expected-forms.js";
import { headersOf } from "./front-matter.js";
import type { RestOperation } from "./rest-operation.js";
import { REQUEST_ID, sampleError } from "./sample-errors.js";
import { propertiesOf } from "./shape-properties.js";

/** Media type without parameters, as OpenAPI requires. */
const PROBLEM_MEDIA_TYPE = PROBLEM_TYPE.split(";")[0] ?? PROBLEM_TYPE;

/** Arguments that an error with this code may be about. */
const ARGUMENTS: Readonly<Partial<Record<ErrorCode, readonly string[]>>> = {
  CONTACT_NOT_FOUND: ["contactId"],
  BINDING_TARGET_NOT_FOUND: ["targetIds"],
  NAME_TAKEN: ["name"],
  VERIFICATION_NOT_PENDING: ["emailAddress", "phoneNumber", "channel"],
};

/** Violations of an example; an operation shows the first that is about its arguments. */
const VIOLATIONS = [
  { field: ["name"], rule: "length", min: 2, max: 12 },
  { field: ["contactId"], rule: "format" },
  { field: ["pageSize"], rule: "range", min: 1, max: 100 },
  { field: ["olderThanSeconds"], rule: "type", expected: EXPECTED.integer },
] as const satisfies Violation[];

/** Error codes of every operation. */
const OF_EVERY_OPERATION: readonly ErrorCode[] = [
  ErrorCode.BAD_REQUEST,
  ErrorCode.INVALID_INPUT,
  ErrorCode.UNAUTHENTICATED,
  ErrorCode.AUTHENTICATION_UNAVAILABLE,
  ErrorCode.FORBIDDEN,
  ErrorCode.RATE_LIMITED,
  ErrorCode.UPSTREAM_THROTTLED,
  ErrorCode.UPSTREAM_DENIED,
  ErrorCode.UPSTREAM_UNAVAILABLE,
  ErrorCode.GATEWAY_BUSY,
  ErrorCode.INTERNAL,
];

/** Additional error codes of every write. */
const OF_CHANGES: readonly ErrorCode[] = [
  ErrorCode.IDEMPOTENCY_KEY_REUSED,
  ErrorCode.IDEMPOTENCY_IN_PROGRESS,
  ErrorCode.STATE_UNAVAILABLE,
  ErrorCode.OUTCOME_UNKNOWN,
];

/** HTTP errors of operations with a request body. */
const OF_BODIES = [
  "bodyTooLarge",
  "mediaType",
] as const satisfies HttpErrorName[];

/** HTTP errors that do not depend on the operation. */
const OF_ANY_REQUEST = [
  "unknownRoute",
  "methodNotAllowed",
  "misdirected",
] as const satisfies HttpErrorName[];

type Example = ExampleObject | ReferenceObject;

const componentOf = (name: string): ReferenceObject => ({
  $ref: `#/components/examples/${name}`,
});

const refusalName = (name: HttpErrorName): string =>
  `BAD_REQUEST_${httpError(name).details.httpStatus}`;

/** Response to a request that does not reach an operation, or that is too unusual to list. */
export const UNEXPECTED_PROBLEM = problemResponse(
  ["Any other error is a problem document as well."],
  Object.fromEntries(
    [...OF_BODIES, ...OF_ANY_REQUEST].map((error) => [
      refusalName(error),
      componentOf(refusalName(error)),
    ]),
  ),
  [],
);

/** All error codes of an operation: its own and the common ones. */
export function codesOf({ errors, isWrite }: RestOperation): ErrorCode[] {
  const codes = new Set([...OF_EVERY_OPERATION, ...errors]);
  if (isWrite) OF_CHANGES.forEach((code) => codes.add(code));
  return Object.values(ErrorCode).filter((code) => codes.has(code));
}

/** Error responses of an operation by status, each with one example per code. */
export function problemResponses(
  operation: RestOperation,
): Record<string, ResponseObject> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codesOf(operation)) {
    const { httpStatus } = ERRORS[code];
    byStatus.set(httpStatus, [...(byStatus.get(httpStatus) ?? []), code]);
  }
  const responses: Record<string, ResponseObject> = {};
  for (const [status, codes] of byStatus) {
    responses[status] = problemResponse(
      codes.map((code) => ERRORS[code].message.en),
      Object.fromEntries(
        codes.map((code) => [code, exampleIn(operation, code)]),
      ),
      [
        ...(status === 401 ? ["WWW-Authenticate"] : []),
        ...(codes.some((code) => ERRORS[code].repeat === "after")
          ? ["Retry-After"]
          : []),
      ],
    );
  }
  if (operation.body === undefined) return responses;
  for (const error of OF_BODIES) {
    const { httpStatus, problem } = httpError(error).details;
    const name = refusalName(error);
    responses[String(httpStatus)] = problemResponse(
      [problem?.en ?? ""],
      { [name]: componentOf(name) },
      [],
    );
  }
  return responses;
}

/** The common example of a code, unless it would name another argument in this operation. */
function exampleIn(operation: RestOperation, code: ErrorCode): Example {
  const value = exampleProblem(code, sampleOf(code, operation));
  const common = exampleProblem(code, sampleOf(code));
  return JSON.stringify(value) === JSON.stringify(common)
    ? componentOf(code)
    : { summary: ERRORS[code].message.en, value };
}

/** Details of an example about an argument of the operation. */
function sampleOf(
  code: ErrorCode,
  operation?: RestOperation,
): GatewayErrorDetails {
  const { path, query, body, fieldNames = FIELD_NAMES } = operation ?? {};
  const names = [path, query, body].flatMap((shape) =>
    shape === undefined ? [] : [...propertiesOf(shape).keys()],
  );
  const list = names.find((name) => name === "inputs" || name === "items");
  const isArgument = (name = ""): boolean =>
    operation === undefined ||
    list !== undefined ||
    names.includes(fieldNames[name] ?? name);
  const place = (name: string): string[] =>
    list === undefined ? [fieldNames[name] ?? name] : [list, "0", name];
  if (code === ErrorCode.INVALID_INPUT) {
    const violation = VIOLATIONS.find(({ field: [name] }) => isArgument(name));
    return violation === undefined
      ? {}
      : { violations: [{ ...violation, field: place(violation.field[0]) }] };
  }
  const argument = ARGUMENTS[code]?.find(isArgument);
  return argument === undefined ? {} : { field: place(argument) };
}

function problemResponse(
  sentences: readonly string[],
  examples: Readonly<Record<string, Example>>,
  headers: readonly string[],
): ResponseObject {
  return {
    description: sentences.join(" "),
    headers: headersOf([...headers, "Content-Language"]),
    content: {
      [PROBLEM_MEDIA_TYPE]: {
        schema: { $ref: "#/components/schemas/Problem" },
        examples: { ...examples },
      },
    },
  };
}

/** Parameter of a contact id, in most operations. */
const FIELD_NAMES: FieldNames = { contactId: "id" };

const EXAMPLE_CONTEXT = { requestId: REQUEST_ID, language: "en" } as const;

/** A problem document with the sample details of its code, for examples. */
export function exampleProblem(
  code: ErrorCode,
  details: GatewayErrorDetails = {},
): Problem {
  return toProblem(
    new GatewayError(code, { ...sampleError(code).details, ...details }),
    EXAMPLE_CONTEXT,
  );
}

/**
 * One problem document per code, rendered like the responses of the REST API.
 *
 * @param document the parts of the document that refer to examples; others are omitted
 */
export function problemExamples(
  document: unknown,
): Record<string, ExampleObject> {
  const text = JSON.stringify(document);
  const all = [
    ...Object.values(ErrorCode).map((code): [string, ExampleObject] => [
      code,
      {
        summary: ERRORS[code].message.en,
        value: exampleProblem(code, sampleOf(code)),
      },
    ]),
    ...[...OF_BODIES, ...OF_ANY_REQUEST].map(
      (name): [string, ExampleObject] => {
        const error = httpError(name);
        return [
          refusalName(name),
          {
            summary: error.details.problem?.en ?? "",
            value: toProblem(error, EXAMPLE_CONTEXT),
          },
        ];
      },
    ),
  ];
  return Object.fromEntries(
    all.filter(([name]) => text.includes(`${componentOf(name).$ref}"`)),
  );
}
