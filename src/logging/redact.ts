/** E-mail addresses, phone numbers, key ids and anything long enough to be a secret. */
const SENSITIVE =
  /[^\s@"'<>]{1,64}@[^\s@"'<>]{1,255}|\+?\d[\d-]{6,18}\d|(?:LTAI|STS\.)[\w.]{1,64}|[A-Za-z0-9+/_=-]{40,}/g;

/** Control characters, line separators and marks that change reading direction. */
const UNPRINTABLE =
  // eslint-disable-next-line no-control-regex -- control characters are what it removes
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * A foreign text made fit for a log line: one line, at most 300 characters, no
 * address, number or secret. The one place that removes such things.
 */
export function harmless(text: string): string {
  return text
    .slice(0, 2_000)
    .replace(UNPRINTABLE, " ")
    .replace(SENSITIVE, "[redacted]")
    .slice(0, 300);
}
