/** Pieces of a text that white space or marks separate. */
const WORD = /[^\s"'<>(),;{}[\]]+/g;

/** Addresses, numbers, key ids, keys and tokens, and what is long enough to be a secret. */
const SENSITIVE = [
  /@/,
  /(?:\d-?){8}/,
  /LTAI|STS\.|mcg_|eyJ/,
  /[A-Za-z0-9+/_=-]{40}/,
] as const;

/** Control characters, line separators and marks that change reading direction. */
const UNPRINTABLE =
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * A foreign text made fit for a log line: one line, at most 300 characters, no
 * address, number or secret. The one place that removes such things.
 */
export function sanitizeForLog(text: string): string {
  return text
    .slice(0, 2_000)
    .replace(UNPRINTABLE, " ")
    .replace(WORD, (word) =>
      SENSITIVE.some((sign) => sign.test(word)) ? "[redacted]" : word,
    )
    .slice(0, 300);
}
