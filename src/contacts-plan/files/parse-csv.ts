import {
  CsvSyntaxError,
  parseCsv,
  type CsvRecord,
} from "../../csv/csv-parser.js";
import type { Violation } from "../../errors/gateway-error.js";
import { unknownField } from "../../validation/check-input.js";
import { invalidInput } from "../../validation/invalid-input.js";
import { FILE_PROBLEMS, fileError, fileViolation } from "./file-error.js";
import {
  COLUMNS,
  EMPTY_LIST,
  LIST_SEPARATOR,
  LISTS,
  type Column,
} from "./file-formats.js";
import type { ContactsFile } from "./contacts-file.js";

/**
 * Reads a table whose first line names the columns, in any order and case. An empty cell
 * omits the field.
 *
 * @throws {GatewayError} INVALID_INPUT
 */
export function parseCsvContacts(file: Uint8Array): ContactsFile {
  const [header, ...rows] = recordsOf(file);
  if (header === undefined) {
    throw fileError("required", FILE_PROBLEMS.empty, null);
  }
  const columns = columnsOf(header);
  const tooLong = rows
    .filter(({ cells }) =>
      cells.slice(columns.length).some((cell) => cell !== ""),
    )
    .map(({ line }) => fileViolation("length", FILE_PROBLEMS.cells, line));
  if (tooLong.length > 0) throw invalidInput(tooLong);
  return {
    contacts: rows.map(({ cells }) => contactOf(columns, cells)),
    lineOf: (index) => rows[index]?.line ?? null,
  };
}

function recordsOf(file: Uint8Array): CsvRecord[] {
  try {
    return parseCsv(file).filter(({ cells }) =>
      cells.some((cell) => cell.trim() !== ""),
    );
  } catch (error) {
    if (!(error instanceof CsvSyntaxError)) throw error;
    const { problem, line } = error;
    throw fileError("format", FILE_PROBLEMS[problem], line);
  }
}

function columnsOf({ line, cells }: CsvRecord): Column[] {
  const names = cells.map((cell) => cell.trim());
  // Spreadsheet programs use these where the comma is the decimal separator.
  if (names.length === 1 && /[;\t]/.test(names[0] ?? "")) {
    throw fileError("format", FILE_PROBLEMS.separator, line);
  }
  while (names.at(-1) === "") names.pop();
  const columns = names.map((name) =>
    COLUMNS.find((column) => column.toLowerCase() === name.toLowerCase()),
  );
  const unknown = names
    .filter((_, at) => columns[at] === undefined)
    .map((name): Violation => {
      const violation = unknownField(name, COLUMNS);
      const field = ["lines", String(line), ...(violation.field ?? [])];
      return { ...violation, field };
    });
  if (unknown.length > 0) throw invalidInput(unknown);
  if (new Set(columns).size < columns.length) {
    throw fileError("unique", FILE_PROBLEMS.repeatedColumn, line);
  }
  if (!columns.includes("name")) {
    throw fileError("required", FILE_PROBLEMS.noName, line);
  }
  return columns as Column[];
}

function contactOf(
  columns: readonly Column[],
  cells: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(
    columns.flatMap((column, at) => {
      const cell = (cells[at] ?? "").trim();
      if (cell === "") return [];
      return [[column, LISTS.has(column) ? listIn(cell) : cell]];
    }),
  );
}

function listIn(cell: string): string[] {
  if (cell.toLowerCase() === EMPTY_LIST) return [];
  return cell
    .split(LIST_SEPARATOR)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
