import type { Language } from "../../errors/error-codes.js";
import type { GatewayError } from "../../errors/gateway-error.js";
import type { ContactStatusUpdate } from "./contact-status-update.js";
import { ContactStatus } from "../shapes/enums.js";
import type { MessageContact } from "../shapes/message-contact.js";
import { toReadProblem } from "./read-problem.js";

/** Status of a contact, without texts in any language. */
export interface StatusReport {
  readonly contactId: string;
  /** Null when the directory has no such contact; undefined when none was read yet. */
  readonly contact:
    Pick<MessageContact, "status" | "statusRaw"> | null | undefined;
  /** Why the status could not be read; `contact` is then the last known one. */
  readonly problem: GatewayError | null;
}

/** Whether the contact is active or does not exist. */
export function isFinalStatus({ contact, problem }: StatusReport): boolean {
  return (
    problem === null &&
    (contact === null || contact?.status === ContactStatus.ACTIVE)
  );
}

/** Begins the id of a final report. */
export const FINAL_PREFIX = "final.";

/** Short id of a report's content, used as the SSE event id. */
export function statusIdentity(report: StatusReport): string {
  const { contact, problem } = report;
  const status = contact === null ? "none" : (contact?.statusRaw ?? "unread");
  const prefix = isFinalStatus(report) ? FINAL_PREFIX : "open.";
  // The vendor's spelling is an open set; an event id must be one line.
  const safe = status.replaceAll(/[^\w-]/g, "_").slice(0, 40);
  return `${prefix}${safe}${problem === null ? "" : `.${problem.code}`}`;
}

/** Converts a report to the API shape, with texts in the given language. */
export function toStatusUpdate(
  report: StatusReport,
  language: Language,
): ContactStatusUpdate {
  const { contactId, contact, problem } = report;
  return {
    contactId,
    status: contact?.status ?? null,
    statusRaw: contact?.statusRaw ?? null,
    isFinal: isFinalStatus(report),
    problem: problem === null ? null : toReadProblem(problem, language),
  };
}
