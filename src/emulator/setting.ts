import { z } from "zod";

/** One setting: its default, the values it takes, and what it decides. */
export interface Setting<T> {
  readonly initial: T;
  /** The values it takes, in words. */
  readonly takes: string;
  readonly schema: z.ZodType<T>;
  readonly sentence: string;
}

function setting<T>(
  initial: T,
  sentence: string,
  takes: string,
  schemaFor: (message: string) => z.ZodType<T>,
): Setting<T> {
  const schema = schemaFor(`must be ${takes}`).meta({
    description: sentence,
    default: initial,
  });
  return { initial, sentence, takes, schema };
}

export function count(initial: number, sentence: string): Setting<number> {
  return setting(initial, sentence, "a whole number of at least 0", (message) =>
    z.int(message).min(0, message),
  );
}

export function countOrNull(
  initial: number | null,
  sentence: string,
): Setting<number | null> {
  const takes = "a whole number of at least 0, or null";
  return setting(initial, sentence, takes, (message) =>
    z.int(message).min(0, message).nullable(),
  );
}

export function flag(initial: boolean, sentence: string): Setting<boolean> {
  return setting(initial, sentence, "true or false", (message) =>
    z.boolean(message),
  );
}

export function text(initial: string, sentence: string): Setting<string> {
  return setting(initial, sentence, "a text that is not empty", (message) =>
    z.string(message).min(1, message),
  );
}

export function texts(
  initial: readonly string[],
  sentence: string,
): Setting<readonly string[]> {
  return setting(initial, sentence, "a list of texts", (message) =>
    z.array(z.string(message), message),
  );
}

/** The first choice is the default. */
export function choice<const T extends string>(
  choices: readonly [T, ...T[]],
  sentence: string,
): Setting<T> {
  const takes = `one of ${choices.join(", ")}`;
  return setting<T>(choices[0], sentence, takes, (message) =>
    z.enum(choices, message),
  );
}
