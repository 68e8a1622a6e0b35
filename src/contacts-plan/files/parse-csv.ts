import {
  CsvSyntaxError,
  parseCsv,
  type CsvProblem,
  type CsvRecord,
} from "../../csv/csv-parser.js";
import type { Violation } from "../../errors/gateway-error.js";
import { unknownField } from "../../validation/check-input.js";
import {
  invalidInput,
  MAX_VIOLATIONS,
} from "../../validation/invalid-input.js";
import { FILE_PROBLEMS, fileError, fileViolation } from "./file-error.js";
import {
  MAX_CONTACT_LENGTH,
  MAX_CONTACTS,
  MAX_EMPTY_LINES,
} from "./file-limits.js";
import {
  COLUMNS,
  EMPTY_LIST,
  LIST_SEPARATOR,
  LISTS,
  type Column,
} from "./file-formats.js";
import type { ContactsFile } from "./contacts-file.js";

/** Rule that a problem breaks. */
const RULES: Readonly<Record<CsvProblem, string>> = {
  encoding: "format",
  quotes: "format",
  records: "max",
  length: "length",
};

/**
 * Reads a table whose first line names the columns, in any order and case. An empty cell
 * omits the field.
 *
 * @throws {GatewayError} INVALID_INPUT
 */
export async function parseCsvContacts(
  file: Uint8Array,
): Promise<ContactsFile> {
  const [header, ...rows] = await recordsOf(file);
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

async function recordsOf(file: Uint8Array): Promise<CsvRecord[]> {
  try {
    const records = await parseCsv(file, {
      maxRecords: 1 + MAX_CONTACTS,
      maxEmptyRecords: MAX_EMPTY_LINES,
      maxRecordLength: MAX_CONTACT_LENGTH,
    });
    return records.filter(({ cells }) =>
      cells.some((cell) => cell.trim() !== ""),
    );
  } catch (error) {
    if (!(error instanceof CsvSyntaxError)) throw error;
    const { problem, line } = error;
    throw fileError(RULES[problem], FILE_PROBLEMS[problem], line);
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
    .slice(0, MAX_VIOLATIONS)
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
