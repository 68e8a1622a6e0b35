import { actionOf, type WriteOperation } from "../upstream/operations.js";
import type { CheckResult } from "./check-result.js";
import { explain } from "./upstream-refusals.js";

/** A well-formed contact id that does not exist. */
export const NO_CONTACT = "c-000000000000000000";

/**
 * Calls of the changes that cannot change anything: their contact does not exist, or a
 * required parameter is missing.
 */
export const HARMLESS_CHANGES: Readonly<Record<WriteOperation, object>> = {
  addMessageContact: {},
  updateMessageContact: { ContactId: NO_CONTACT },
  cancelMessageContactUpdate: { ContactId: NO_CONTACT },
  deleteMessageContact: { ContactId: NO_CONTACT },
  sendEmailVerificationForMessageContact: { ContactId: NO_CONTACT },
  sendPhoneVerificationForMessageContact: { ContactId: NO_CONTACT },
  associateMembers: { ContactId: NO_CONTACT, Members: [] },
  disassociateMembers: { ContactId: NO_CONTACT, Members: [] },
};

/**
 * Codes of the service itself. It responds only after the vendor's API gateway has checked
 * the permission (inferred). `Missing<Name>` without a dot is a code of that gateway
 * (documented), so it says nothing about the permission.
 */
const OF_THE_SERVICE =
  /^(?:EntityNotExists\.|InvalidParameter\.|MissingParameter\.|InvalidMember|ContactStatusMismatchAction|ConcurrentCallNotSupported)/;

/** What the vendor's response to a harmless change says about the permission. */
export function changeResult(
  operation: WriteOperation,
  code: string,
  httpStatus: number,
): CheckResult {
  const subject = "rights";
  const action = actionOf(operation);
  if (OF_THE_SERVICE.test(code)) {
    return { level: "ok", subject, sentence: `${action} is allowed.` };
  }
  const { subject: about, advice } = explain(code, httpStatus);
  return about === "rights"
    ? {
        level: "fail",
        subject,
        sentence: `${action} is not allowed.`,
        advice,
      }
    : {
        level: "warn",
        subject,
        sentence: `It is not known whether ${action} is allowed: the vendor returned ${code} with HTTP ${httpStatus}.`,
        advice: "Compare its permissions with the output of `npm run policy`.",
      };
}
