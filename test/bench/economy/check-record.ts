import { ReadHistory } from "../../support/read-history.js";
import type { BenchContact } from "./directory.js";
import type { RecordedRequest } from "./record.js";

/** Result of `checkRecord`. */
export interface CheckedRecord {
  /** Requests whose values were checked. */
  readonly reads: number;
  /** Values that were checked: names and pending addresses. */
  readonly values: number;
  /** One sentence for each value that was not current when it was read. */
  readonly violations: readonly string[];
}

/**
 * Checks each value that was read against the history of the changes in the record.
 *
 * @param record all requests since the contacts had their first values
 */
export function checkRecord(
  contacts: readonly BenchContact[],
  record: readonly RecordedRequest[],
): CheckedRecord {
  const histories = new Map(
    contacts.map(({ contactId, name, emailAddress }) => [
      contactId,
      { name: new ReadHistory(name), address: new ReadHistory(emailAddress) },
    ]),
  );
  const historyOf = (
    contactId: string,
    field: "name" | "address",
  ): ReadHistory => {
    const histories_ = histories.get(contactId);
    if (histories_ === undefined) throw new Error(`${contactId} is unknown`);
    return histories_[field];
  };
  for (const { change, ending, startedAtMs, endedAtMs } of record) {
    // A refused change was not carried out. One that failed may be at any time.
    if (change === undefined || ending === "refused") continue;
    historyOf(change.contactId, change.field).record({
      value: change.value,
      startedAtMs,
      endedAtMs: ending === "complete" ? endedAtMs : Number.POSITIVE_INFINITY,
      isMadeHere: true,
    });
  }
  let values = 0;
  for (const read of record) {
    for (const { contactId, name, address } of read.seen) {
      historyOf(contactId, "name").check(name, read);
      values += 1;
      if (address === undefined) continue;
      historyOf(contactId, "address").check(address, read);
      values += 1;
    }
  }
  const violations = [...histories].flatMap(([contactId, fields]) =>
    [...fields.name.violations, ...fields.address.violations].map(
      (violation) => `${contactId}: ${violation}`,
    ),
  );
  return {
    reads: record.filter(({ seen }) => seen.length > 0).length,
    values,
    violations,
  };
}
