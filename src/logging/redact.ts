/** Words of a text, separated by white space, quotes, brackets or punctuation. */
const WORD = /[^\s"'<>(),;{}[\]]+/g;

/** Email addresses, phone numbers, key ids, keys, tokens, and words as long as a secret. */
const SENSITIVE = [
  /@/,
  /(?:\d-?){8}/,
  /LTAI|STS\.|mcg_|eyJ/,
  /[A-Za-z0-9+/_=-]{40}/,
] as const;

/** Control characters, line separators and bidirectional control characters. */
const UNPRINTABLE =
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Makes text from outside safe to log: one line of at most 300 characters without
 * email addresses, phone numbers or secrets. All redaction happens here.
 */
export function sanitizeForLog(text: string): string {
  return text
    .slice(0, 2_000)
    .replace(UNPRINTABLE, " ")
    .replace(WORD, (word) =>
      SENSITIVE.some((pattern) => pattern.test(word)) ? "[redacted]" : word,
    )
    .slice(0, 300);
}
