import { CsvError, parse } from "csv-parse/sync";
import { unescapeCell } from "./csv-cells.js";

/** One record of a CSV file. */
export interface CsvRecord {
  /** Number of the line on which the record begins, starting at 1. */
  readonly line: number;
  /** Cells as `writeCsv` got them; without its escaping. */
  readonly cells: readonly string[];
}

/** A file that is not CSV, or not UTF-8. */
export class CsvSyntaxError extends Error {
  /**
   * @param line number of the line, starting at 1; null when the whole file is concerned
   * @param problem `encoding`: not UTF-8; `quotes`: an opening quote that is not closed,
   *   or a quote inside an unquoted cell
   */
  constructor(
    readonly line: number | null,
    readonly problem: "encoding" | "quotes",
  ) {
    super(`Not CSV: ${problem}, line ${line ?? "unknown"}`);
    this.name = "CsvSyntaxError";
  }
}

/**
 * Reads CSV (RFC 4180) in UTF-8, with or without a byte order mark, with any line ends.
 * Line ends inside cells become `\n`. Skips empty lines. Records may have different
 * numbers of cells.
 *
 * @throws {CsvSyntaxError}
 */
export function parseCsv(file: Uint8Array | string): CsvRecord[] {
  const records: CsvRecord[] = [];
  try {
    parse(decoded(file).replace(/\r\n?/g, "\n"), {
      bom: true,
      info: true,
      record_delimiter: "\n",
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: (record: unknown) => {
        const { info, record: cells } = record as ParsedRecord;
        // `lines` is the last line of the record.
        const line = info.lines - cells.reduce(countLineEnds, 0);
        records.push({ line, cells: cells.map(unescapeCell) });
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const { lines } = error as { lines?: unknown };
    throw new CsvSyntaxError(
      typeof lines === "number" ? lines : null,
      "quotes",
    );
  }
  return records;
}

interface ParsedRecord {
  readonly info: { readonly lines: number };
  readonly record: readonly string[];
}

function countLineEnds(sum: number, cell: string): number {
  return sum + (cell.match(/\n/g)?.length ?? 0);
}

function decoded(file: Uint8Array | string): string {
  if (typeof file === "string") return file;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      file,
    );
  } catch {
    throw new CsvSyntaxError(null, "encoding");
  }
}
