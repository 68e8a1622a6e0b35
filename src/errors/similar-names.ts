import { suggestionList } from "graphql/jsutils/suggestionList.js";

/** Maximum number of names that an error message suggests. */
const MAX_SUGGESTIONS = 3;

/** A longer text is not compared, because the cost grows with its length. */
const MAX_LENGTH = 100;

/**
 * Returns the names that resemble a text, the most similar one first. The measure is
 * that of the suggestions of graphql-js, so that both APIs suggest the same names.
 */
export function similarNames(
  text: string,
  names: readonly string[],
): readonly string[] {
  return text.length > MAX_LENGTH
    ? []
    : suggestionList(text, names).slice(0, MAX_SUGGESTIONS);
}
