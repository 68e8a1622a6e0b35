import { stringify } from "csv-stringify/sync";
import { escapeCell } from "./csv-cells.js";

/** A cell: text (escaped for spreadsheet programs), a number, or empty for null. */
export type CsvCell = string | number | null;

/** Media type of CSV with a header line (RFC 4180). */
export const CSV_MEDIA_TYPE = "text/csv; charset=utf-8; header=present";

/**
 * Writes a table as CSV (RFC 4180): a header line, then one line per row, with CRLF.
 * Begins with a byte order mark, because Excel reads other files in a local encoding.
 *
 * Text cells are escaped with `escapeCell`, so that ids keep all digits and no cell is
 * executed as a formula.
 */
export function writeCsv(
  header: readonly string[],
  rows: Iterable<readonly CsvCell[]>,
): string {
  return stringify([header, ...rows] as CsvCell[][], {
    bom: true,
    record_delimiter: "windows",
    // By default, only CRLF itself.
    quoted_match: /[\r\n]/,
    cast: { string: escapeCell },
  });
}
