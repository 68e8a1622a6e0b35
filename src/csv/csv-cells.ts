/**
 * Cells that a spreadsheet program would change when it opens a file: formulas
 * (OWASP, "CSV Injection"), and numbers, of which it keeps 15 digits. The apostrophes in
 * front make the escaping reversible.
 */
const CHANGED_BY_SPREADSHEETS = /^'*(?:[=+\-@＝＋－＠\t\r\n]|\d+$)/;

/** Puts an apostrophe in front of a text that a spreadsheet program would change. */
export function escapeCell(text: string): string {
  return CHANGED_BY_SPREADSHEETS.test(text) ? `'${text}` : text;
}

/** Reverses `escapeCell`. Leaves any other text unchanged. */
export function unescapeCell(text: string): string {
  return text.startsWith("'") && CHANGED_BY_SPREADSHEETS.test(text)
    ? text.slice(1)
    : text;
}
