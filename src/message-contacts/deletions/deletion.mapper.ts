import type { VendorAnswer } from "../../upstream/vendor/vendor-types.js";
import { textOrNull, toMessageType } from "../message-contacts.mapper.js";
import { DeletionState } from "../shapes/enums.js";
import { newReport, type DeletionReport } from "./deletion-report.js";

/** Maps the vendor's state of a deletion. A state other than `Failed` and `Deleting` is `UNKNOWN`. */
export function toDeletionReport(
  answer: VendorAnswer<"getMessageContactDeletionStatus">,
  contactId: string,
): DeletionReport {
  const { Status: status, FailReasonList: reasons } =
    answer.ContactDeletionStatus;
  const stateRaw = textOrNull(status);
  if (status === "Failed") {
    return {
      ...newReport(DeletionState.FAILED, contactId),
      stateRaw,
      failures: (reasons ?? []).map((reason) => ({
        accountId: reason.AccountId,
        messageTypes: (reason.MessageTypes ?? []).map(toMessageType),
        messageTypesRaw: reason.MessageTypes ?? [],
      })),
    };
  }
  const state =
    status === "Deleting" ? DeletionState.IN_PROGRESS : DeletionState.UNKNOWN;
  return { ...newReport(state, contactId), stateRaw };
}
