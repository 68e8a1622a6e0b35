/** Parameters of one element: names in lower case, values without quotes. */
export type ForwardedElement = ReadonlyMap<string, string>;

/** `name=value`; the value may be quoted, and an unquoted one may contain a port. */
const PAIR = /([!#$%&'*+.^_`|~\w-]+)=(?:"((?:[^"\\]|\\[^])*)"|([^\s",;=]+))/y;

const SEPARATOR = /[ \t]*(?:([;,])[ \t]*)?/y;

/**
 * Parses `Forwarded` (RFC 7239, section 4), the element of the client first.
 *
 * @returns null for a malformed header, which must not be used in part
 */
export function parseForwarded(text: string): ForwardedElement[] | null {
  const elements: Map<string, string>[] = [];
  let element = new Map<string, string>();
  let at = 0;
  const read = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  const complete = (): void => {
    // Empty list elements are ignored (RFC 9110, section 5.6.1.2).
    if (element.size > 0) elements.push(element);
    element = new Map();
  };
  read(SEPARATOR);
  if (at > 0 && text[at - 1] === ";") return null;
  while (at < text.length) {
    const pair = read(PAIR);
    if (pair !== null) {
      const name = (pair[1] ?? "").toLowerCase();
      if (element.has(name)) return null;
      const quoted = pair[2]?.replace(/\\([^])/g, "$1");
      element.set(name, quoted ?? pair[3] ?? "");
    }
    const start = at;
    const separator = read(SEPARATOR)?.[1];
    if (separator === ",") complete();
    else if (separator !== ";" && at < text.length) return null;
    if (pair === null && at === start) return null;
  }
  complete();
  return elements;
}
