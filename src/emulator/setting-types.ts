import { z } from "zod";

/** Definition of one setting. */
export interface Setting<T> {
  /** Default value. */
  readonly initial: T;
  /** Description of the accepted values. */
  readonly takes: string;
  readonly schema: z.ZodType<T>;
  /** Description of the setting. */
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
  return setting(initial, sentence, "an integer of at least 0", (message) =>
    z.int(message).min(0, message),
  );
}

export function countOrNull(
  initial: number | null,
  sentence: string,
): Setting<number | null> {
  const takes = "an integer of at least 0, or null";
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
  return setting(initial, sentence, "a non-empty string", (message) =>
    z.string(message).min(1, message),
  );
}

export function texts(
  initial: readonly string[],
  sentence: string,
): Setting<readonly string[]> {
  return setting(initial, sentence, "an array of strings", (message) =>
    z.array(z.string(message), message),
  );
}

/** One of several strings. The first choice is the default. */
export function choice<const T extends string>(
  choices: readonly [T, ...T[]],
  sentence: string,
): Setting<T> {
  const takes = `one of ${choices.join(", ")}`;
  return setting<T>(choices[0], sentence, takes, (message) =>
    z.enum(choices, message),
  );
}
