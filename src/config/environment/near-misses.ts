/** Variables of other programs whose names resemble settings. */
const FOREIGN = new Set([
  "HTTP_PROXY",
  "FTP_PROXY",
  "ALL_PROXY",
  "RSYNC_PROXY",
  "NODE_PATH",
  "LOG_LEVEL_NODE",
]);

/** Names shorter than this must match exactly: `HOME` is not a misspelt `HOST`. */
const MIN_LENGTH = 8;

/** Up to this length, one wrong letter is accepted; beyond it two. */
const SHORT_LENGTH = 12;

/**
 * The known name that a variable probably means: another case, a wrong, missing or
 * extra letter, or the first words of a longer name. Null if there is none.
 */
export function nearMissOf(
  name: string,
  known: readonly string[],
): string | null {
  const upper = name.toUpperCase().replaceAll("-", "_");
  if (known.includes(name) || FOREIGN.has(upper)) {
    return null;
  }
  if (known.includes(upper)) return upper;
  if (upper.length < MIN_LENGTH || !upper.includes("_")) return null;
  const maxDistance = upper.length < SHORT_LENGTH ? 1 : 2;
  const distances = known
    .map((one) => ({ one, distance: distanceTo(one, upper, maxDistance) }))
    .filter(({ distance }) => Math.floor(distance) <= maxDistance)
    .sort((a, b) => a.distance - b.distance);
  return distances[0]?.one ?? null;
}

/** Distance to the name or to its first words, whichever is less. */
function distanceTo(known: string, name: string, max: number): number {
  const words = known.split("_");
  const starts = words
    .map((_, index) => words.slice(0, index + 1).join("_"))
    .filter((start) => start.length >= MIN_LENGTH && start.includes("_"));
  const distance = (other: string): number =>
    Math.abs(other.length - name.length) > max
      ? Infinity
      : editDistance(other, name);
  return Math.min(
    distance(known),
    // A name that only begins like another is less certain.
    ...starts.map((start) => distance(start) + 0.1),
    // The first words and a part of the next one, such as RATE_LIMIT_PER_MIN.
    known.startsWith(name) ? 0.1 : Infinity,
  );
}

/** Number of letters to insert, delete, replace or swap (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + cost,
      );
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] && i > 1 && j > 1) {
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      }
      next.push(least);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The candidate closest to a word, such as a misspelt option; null if none is close. */
export function closestTo(
  word: string,
  candidates: readonly string[],
): string | null {
  const max = word.length < 5 ? 1 : word.length < SHORT_LENGTH ? 2 : 3;
  const ranked = candidates
    .map((one) => ({ one, distance: editDistance(one, word) }))
    .filter(({ distance }) => distance <= max)
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.one ?? null;
}
