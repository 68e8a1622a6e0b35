import { writeCsv, type CsvCell } from "../../csv/csv-writer.js";
import type { AccountCoverage } from "../shapes/coverage-report.js";

/** Columns of the CSV form of a report. */
export const CSV_COLUMNS = [
  "accountId",
  "accountName",
  "folderId",
  "messageType",
  "boundActive",
  "boundVerifying",
  "gap",
] as const;

/**
 * Writes a report as CSV: one line for each account and message type.
 *
 * @param onlyGaps whether to leave out the types of an account that have no gap
 */
export function coverageCsv(
  accounts: readonly AccountCoverage[],
  onlyGaps: boolean,
): string {
  const rows = accounts.flatMap(
    ({ accountId, accountName, folderId, messageTypes }) =>
      messageTypes
        .filter(({ gap }) => !onlyGaps || gap !== null)
        .map((type): CsvCell[] => [
          accountId,
          accountName,
          folderId,
          type.messageType,
          type.boundActive,
          type.boundVerifying,
          type.gap,
        ]),
  );
  return writeCsv(CSV_COLUMNS, rows);
}
