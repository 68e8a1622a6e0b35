import type {
  CoverageAnswer,
  DeletionAnswer,
  PendingItem,
  PlanAnswer,
  ResultsAnswer,
} from "./answers.js";

/** A plan for people: one line per change. */
export function planText({ changes, problems }: PlanAnswer): string {
  const rows = changes.map(({ kind, name, fields, targetIds }) => [
    kind,
    name,
    [
      ...fields.map(({ field, after }) =>
        after.length === 0 ? field : `${field}=${after.join("+")}`,
      ),
      ...targetIds,
    ].join(", "),
  ]);
  const lines = problems.map(({ line, message }) =>
    line === null ? `Problem: ${message}` : `Problem, line ${line}: ${message}`,
  );
  const count = `${changes.length} ${changes.length === 1 ? "change" : "changes"}.`;
  return joined([...table(rows), ...lines, count]);
}

/** Results for people: one line per change. */
export function resultsText(results: ResultsAnswer["results"]): string {
  const rows = results.map(({ status, kind, name, contactId, problem }) => [
    status,
    kind,
    name ?? contactId ?? "",
    problem === null ? "" : `${problem.code}: ${problem.title}`,
  ]);
  const done = results.filter(({ status }) => status === "DONE").length;
  return joined([...table(rows), `${done} of ${results.length} changes made.`]);
}

/** Gaps for people: one line per account. */
export function coverageText(
  items: CoverageAnswer["items"],
  { accounts, accountsWithGaps }: CoverageAnswer["summary"],
): string {
  const rows = items.map(({ accountId, accountName, messageTypes }) => [
    accountId,
    accountName,
    messageTypes
      .filter(({ gap }) => gap !== null)
      .map(({ messageType, gap }) => `${messageType}: ${String(gap)}`)
      .join(", "),
  ]);
  return joined([
    ...table(rows),
    `${accountsWithGaps} of ${accounts} accounts have gaps.`,
  ]);
}

/** Pending verifications for people: one line each. */
export function pendingText(items: readonly PendingItem[]): string {
  const rows = items.map((item) => [
    item.name,
    item.contactId,
    item.channel,
    ...(item.target === undefined ? [] : [item.target]),
    ...(item.firstSeenAt === null
      ? []
      : [
          `since ${item.firstSeenAt}`,
          item.lastSentAt === null ? "never sent" : `sent ${item.lastSentAt}`,
        ]),
    item.unreceivedMessageTypes.length === 0
      ? ""
      : `no active contact receives: ${item.unreceivedMessageTypes.join(", ")}`,
  ]);
  return joined([...table(rows), `${items.length} pending.`]);
}

/** A state of a deletion for people: one line, and one per account that needs the contact. */
export function deletionText({
  state,
  failures,
  advice,
  problem,
}: DeletionAnswer): string {
  const rows = failures.map(({ accountId, messageTypes }) => [
    accountId,
    messageTypes.join(", "),
  ]);
  return joined([
    state,
    ...(problem === null ? [] : [`${problem.code}: ${problem.message}`]),
    ...table(rows),
    ...(advice === null ? [] : [advice]),
  ]);
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function joined(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
