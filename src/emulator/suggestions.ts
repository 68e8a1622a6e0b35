/** Longer input is not a typo, and its distance would take long to compute. */
const MAX_LENGTH = 100;

/**
 * The known value that a misspelt one most likely stands for; undefined if none is close.
 * Case is ignored.
 *
 * @param limit maximum number of edits. Default: a third of the letters, at least one.
 */
export function nearest(
  typed: string,
  known: readonly string[],
  limit = Math.max(1, Math.floor(typed.length / 3)),
): string | undefined {
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - typed.length) >= bestDistance) continue;
    const found = distance(typed.toLowerCase(), candidate.toLowerCase());
    if (found < bestDistance) [best, bestDistance] = [candidate, found];
  }
  return best;
}

/**
 * Whether an unknown value is most likely a misspelling: at most two edits from a known
 * one. Short values such as `CTO` never are.
 */
export function isTypo(value: string, known: readonly string[]): boolean {
  return (
    value.length >= 6 &&
    value.length <= MAX_LENGTH &&
    !known.includes(value) &&
    nearest(value, known, 2) !== undefined
  );
}

/** `; did you mean …?`, or nothing. */
export function suggestion(typed: unknown, known: readonly string[]): string {
  if (typeof typed !== "string" || typed.length > MAX_LENGTH) return "";
  const found = nearest(typed, known);
  return found === undefined ? "" : `; did you mean ${found}?`;
}

/** Edits between two words: insertions, deletions, replacements and swapped neighbours. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isEqual = a[i - 1] === b[j - 1];
      let cost = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (isEqual ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
