/** UUID of any version of RFC 9562. */
const UUID =
  /^[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/i;

/**
 * Crockford's base 32. The first character holds the top 3 bits of a 48-bit
 * timestamp.
 */
const ULID = /^[0-7][\dA-HJKMNP-TV-Z]{25}$/i;

/** Trace id of the W3C trace context. */
const TRACE_ID = /^[\da-f]{32}$/;

/** Generated ids of these lengths almost always contain a letter. */
const LETTER = /[a-z]/i;

/**
 * Whether a string is a generated id: a UUID, a ULID or a W3C trace id. Only
 * generated ids of a request are logged or returned, because any other id may
 * be personal data, such as a phone number.
 *
 * Digits alone do not match, because they may be a padded phone number.
 */
export function isGeneratedId(text: string): boolean {
  return (
    UUID.test(text) ||
    ((ULID.test(text) || TRACE_ID.test(text)) && LETTER.test(text))
  );
}
