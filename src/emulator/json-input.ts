/** Bad input to the control surface; answered with 400 and the message. */
export class ControlInputError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ControlInputError";
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** The value as an object that has no keys but `keys`. */
export function objectWith(
  value: unknown,
  what: string,
  keys: readonly string[],
): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ControlInputError(`${what} must be an object`);
  }
  const unknown = Object.keys(value).filter((key) => !keys.includes(key));
  if (unknown.length > 0) {
    throw new ControlInputError(
      `${what} has unknown members: ${unknown.join(", ")}; known are: ${keys.join(", ")}`,
    );
  }
  return value as JsonObject;
}

export function textAt(object: JsonObject, key: string): string {
  const value = object[key];
  if (typeof value !== "string" || value === "") {
    throw new ControlInputError(`${key} must be a text that is not empty`);
  }
  return value;
}

export function optionalTextAt(
  object: JsonObject,
  key: string,
): string | undefined {
  return object[key] === undefined ? undefined : textAt(object, key);
}

export function wholeNumberAt(
  object: JsonObject,
  key: string,
  min: number,
  max: number,
): number {
  const value = object[key];
  if (
    typeof value !== "number" ||
    !Number.isSafeInteger(value) ||
    value < min ||
    value > max
  ) {
    throw new ControlInputError(
      `${key} must be a whole number from ${min} to ${max}`,
    );
  }
  return value;
}

export function optionalWholeNumberAt(
  object: JsonObject,
  key: string,
  min: number,
  max: number,
): number | undefined {
  return object[key] === undefined
    ? undefined
    : wholeNumberAt(object, key, min, max);
}

export function oneOfAt<T extends string>(
  object: JsonObject,
  key: string,
  allowed: readonly T[],
): T {
  const value = object[key];
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) {
    throw new ControlInputError(`${key} must be one of ${allowed.join(", ")}`);
  }
  return found;
}

export function listAt<T>(
  object: JsonObject,
  key: string,
  read: (item: unknown) => T,
): T[] {
  const value = object[key];
  if (!Array.isArray(value)) {
    throw new ControlInputError(`${key} must be a list`);
  }
  return value.map(read);
}

/** A list of texts, none of them empty. */
export function textsAt(object: JsonObject, key: string): string[] {
  return listAt(object, key, (item) => {
    if (typeof item !== "string" || item === "") {
      throw new ControlInputError(`${key} must hold texts`);
    }
    return item;
  });
}
