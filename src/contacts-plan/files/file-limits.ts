/** Maximum number of contacts of a file, and of a plan: the vendor's default quota is 20. */
export const MAX_CONTACTS = 1_000;

/**
 * Maximum number of characters of one contact in a file. The longest valid one has 50
 * targets of 500 characters.
 */
export const MAX_CONTACT_LENGTH = 32_768;

/** Maximum number of lines without text that contain separators, as `,,,`. */
export const MAX_EMPTY_LINES = 10_000;
