import { setImmediate as nextTurn } from "node:timers/promises";
import { CsvError, parse } from "csv-parse";
import { unescapeCell } from "./csv-cells.js";

/** One record of a CSV file. */
export interface CsvRecord {
  /** Number of the line on which the record begins, starting at 1. */
  readonly line: number;
  /** Cells as `writeCsv` got them; without its escaping. */
  readonly cells: readonly string[];
}

/** What a file may contain at most, so that reading it takes little memory and time. */
export interface CsvLimits {
  /** Records with text, the header included. */
  readonly maxRecords?: number;
  /** Records without text, such as `,,,`, which spreadsheet programs add at the end. */
  readonly maxEmptyRecords?: number;
  /** Characters of one record. */
  readonly maxRecordLength?: number;
}

/** What is wrong with a file. */
export type CsvProblem = "encoding" | "quotes" | "records" | "length";

/** A file that is not CSV, not UTF-8, or too large. */
export class CsvSyntaxError extends Error {
  /**
   * @param line number of the line, starting at 1; null when the whole file is concerned
   * @param problem `encoding`: not UTF-8; `quotes`: an opening quote that is not closed,
   *   or a quote inside an unquoted cell; `records`: too many records; `length`: a record
   *   that is too long, as after a quote that is not closed
   */
  constructor(
    readonly line: number | null,
    readonly problem: CsvProblem,
  ) {
    super(`Not CSV: ${problem}, line ${line ?? "unknown"}`);
    this.name = "CsvSyntaxError";
  }
}

/**
 * Characters that are parsed in one turn of the event loop. The slowest files, whose
 * records are of two characters, take about 20 ms for as many.
 */
const SLICE_LENGTH = 1_024;

/**
 * Reads CSV (RFC 4180) in UTF-8, with or without a byte order mark, with any line ends.
 * Line ends inside cells become `\n`. Skips empty lines. Records may have different
 * numbers of cells. Does not block the event loop.
 *
 * @param limits default: no limits
 *
 * @throws {CsvSyntaxError}
 */
export async function parseCsv(
  file: Uint8Array | string,
  {
    maxRecords = Infinity,
    maxEmptyRecords = Infinity,
    maxRecordLength = 0,
  }: CsvLimits = {},
): Promise<CsvRecord[]> {
  const records: CsvRecord[] = [];
  const counts = { text: 0, empty: 0 };
  let failure: unknown;
  const parser = parse({
    bom: true,
    info: true,
    record_delimiter: "\n",
    relax_column_count: true,
    skip_empty_lines: true,
    // 0: any length.
    max_record_size: maxRecordLength,
    on_record: (record: unknown) => {
      const { info, record: cells } = record as ParsedRecord;
      // `lines` is the last line of the record.
      const line = info.lines - cells.reduce(countLineEnds, 0);
      records.push({ line, cells: cells.map(unescapeCell) });
      counts[cells.every(isEmpty) ? "empty" : "text"] += 1;
      if (counts.text > maxRecords || counts.empty > maxEmptyRecords) {
        throw new CsvSyntaxError(line, "records");
      }
      return null;
    },
  });
  parser.on("error", (error) => (failure ??= error));
  // It never emits a record, but ends only when it is read.
  parser.resume();
  const text = decoded(file).replace(/\r\n?/g, "\n");
  const isOver = (): boolean => failure !== undefined;
  for (let at = 0; at < text.length && !isOver(); at += SLICE_LENGTH) {
    parser.write(text.slice(at, at + SLICE_LENGTH));
    await nextTurn();
  }
  if (!isOver()) {
    parser.end();
    await nextTurn();
  }
  if (isOver()) throw toSyntaxError(failure);
  return records;
}

interface ParsedRecord {
  readonly info: { readonly lines: number };
  readonly record: readonly string[];
}

const isEmpty = (cell: string): boolean => cell.trim() === "";

function countLineEnds(sum: number, cell: string): number {
  return sum + (cell.match(/\n/g)?.length ?? 0);
}

function toSyntaxError(error: unknown): unknown {
  if (!(error instanceof CsvError)) return error;
  const { code, lines } = error as { code: string; lines?: unknown };
  return new CsvSyntaxError(
    typeof lines === "number" ? lines : null,
    code === "CSV_MAX_RECORD_SIZE" ? "length" : "quotes",
  );
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
