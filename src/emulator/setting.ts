/** One setting: its default, which values it takes, and what it decides. */
export interface Setting<T> {
  readonly initial: T;
  readonly takes: string;
  /** JSON Schema of the values it takes. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly accepts: (value: unknown) => boolean;
  readonly sentence: string;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export function count(initial: number, sentence: string): Setting<number> {
  return {
    initial,
    sentence,
    takes: "a whole number of at least 0",
    schema: { type: "integer", minimum: 0 },
    accepts: isCount,
  };
}

export function countOrNull(
  initial: number | null,
  sentence: string,
): Setting<number | null> {
  return {
    initial,
    sentence,
    takes: "a whole number of at least 0, or null",
    schema: { type: ["integer", "null"], minimum: 0 },
    accepts: (value) => value === null || isCount(value),
  };
}

export function flag(initial: boolean, sentence: string): Setting<boolean> {
  return {
    initial,
    sentence,
    takes: "true or false",
    schema: { type: "boolean" },
    accepts: (value) => typeof value === "boolean",
  };
}

export function text(initial: string, sentence: string): Setting<string> {
  return {
    initial,
    sentence,
    takes: "a text that is not empty",
    schema: { type: "string", minLength: 1 },
    accepts: (value) => typeof value === "string" && value !== "",
  };
}

export function texts(
  initial: readonly string[],
  sentence: string,
): Setting<readonly string[]> {
  return {
    initial,
    sentence,
    takes: "a list of texts",
    schema: { type: "array", items: { type: "string" } },
    accepts: (value) =>
      Array.isArray(value) && value.every((item) => typeof item === "string"),
  };
}

/** The first choice is the default. */
export function choice<const T extends string>(
  choices: readonly [T, ...T[]],
  sentence: string,
): Setting<T> {
  return {
    initial: choices[0],
    sentence,
    takes: `one of ${choices.join(", ")}`,
    schema: { type: "string", enum: choices },
    accepts: (value) => choices.some((candidate) => candidate === value),
  };
}
