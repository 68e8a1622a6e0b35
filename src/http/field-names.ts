import { GatewayError, type Violation } from "../errors/gateway-error.js";

/** Name of an argument in the REST API, by its name in the rest of the gateway. */
export type FieldNames = Readonly<Record<string, string>>;

/**
 * Names the arguments of an error as the route names its parameters, so that a client
 * finds the parameter that it sent.
 */
export function withFieldNames(
  error: GatewayError,
  names: FieldNames | undefined,
): GatewayError {
  const { field, violations } = error.details;
  if (
    names === undefined ||
    (field === undefined && violations === undefined)
  ) {
    return error;
  }
  return new GatewayError(error.code, {
    ...error.details,
    ...(field === undefined ? {} : { field: renamed(field, names) }),
    ...(violations === undefined
      ? {}
      : { violations: violations.map((one) => renamedViolation(one, names)) }),
  });
}

function renamedViolation(violation: Violation, names: FieldNames): Violation {
  const { field, rule } = violation;
  // An unknown field is already named as the client sent it.
  return field === null || rule === "unknown-field"
    ? violation
    : { ...violation, field: renamed(field, names) };
}

function renamed(
  [first = "", ...rest]: readonly string[],
  names: FieldNames,
): readonly string[] {
  const name = Object.hasOwn(names, first) ? names[first] : undefined;
  return [name ?? first, ...rest];
}
