/** `name=value` with the value percent-decoded (W3C baggage); null if it is malformed. */
function pairOf(text: string): readonly [string, string] | null {
  const at = text.indexOf("=");
  if (at < 1) return null;
  const name = text.slice(0, at).trim();
  if (!/^[\w!#$%&'*+.^`|~/-]{1,255}$/.test(name)) return null;
  try {
    const value = decodeURIComponent(text.slice(at + 1).trim());
    // A header must not contain control characters.
    return /[\u0000-\u001f\u007f]/.test(value) ? null : [name, value];
  } catch {
    return null;
  }
}

/** Whether a value has the form `name=value`. */
export function isPair(value: unknown): boolean {
  return typeof value === "string" && pairOf(value) !== null;
}

/** The values by name. If a name is repeated, its last value applies. */
export function pairsOf(
  texts: readonly string[] = [],
): Readonly<Record<string, string>> {
  return Object.fromEntries(texts.map(pairOf).filter((pair) => pair !== null));
}
