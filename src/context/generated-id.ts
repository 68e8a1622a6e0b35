/** UUID of one of the versions and of the variant of RFC 9562. */
const UUID =
  /^[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/i;

/** Crockford's base 32; the first character holds the top of 48 bits of time. */
const ULID = /^[0-7][\dA-HJKMNP-TV-Z]{25}$/i;

/** Trace id of the W3C trace context. */
const TRACE_ID = /^[\da-f]{32}$/;

/** Generated ids of these lengths practically always have one. */
const LETTER = /[a-z]/i;

/**
 * Whether a text has the format of a generated id: a UUID, a ULID or a W3C trace
 * id. Only those go from a request into logs and responses: a caller may use
 * anything else as an id, such as a phone number or a name.
 *
 * A row of digits alone is not one, because padding would hide a number in it.
 */
export function isGeneratedId(text: string): boolean {
  return (
    UUID.test(text) ||
    ((ULID.test(text) || TRACE_ID.test(text)) && LETTER.test(text))
  );
}
