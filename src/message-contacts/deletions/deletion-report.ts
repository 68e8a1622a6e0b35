import { type Language, type Sentence } from "../../errors/error-codes.js";
import { ERRORS, isRetryable } from "../../errors/error-table.js";
import type { GatewayError } from "../../errors/gateway-error.js";
import type { SeenDeletion } from "./deletion-ledger.js";
import type { ContactDeletion } from "../shapes/contact-deletion.js";
import { DeletionState, MessageType } from "../shapes/enums.js";

/** A member account that could not release a contact. */
export interface ReportedFailure {
  readonly accountId: string;
  readonly messageTypes: MessageType[];
  readonly messageTypesRaw: string[];
}

/** How a deletion stands, before it is put into anybody's language. */
export interface DeletionReport {
  readonly contactId: string;
  readonly state: DeletionState;
  /** The vendor's own word, where it has one. */
  readonly stateRaw: string | null;
  readonly failures: readonly ReportedFailure[];
  readonly seen: Pick<SeenDeletion, "observedAt" | "startedHere"> | null;
  /** Why the state could not be looked up; the rest is then the last one known. */
  readonly problem: GatewayError | null;
}

/** A report without a word of the vendor and without failures. */
export function reportIn(
  state: DeletionState,
  contactId: string,
  seen: DeletionReport["seen"] = null,
): DeletionReport {
  return {
    contactId,
    state,
    stateRaw: null,
    failures: [],
    seen,
    problem: null,
  };
}

/** Whether the state stays as it is until somebody acts. */
export function isFinal({ state, problem }: DeletionReport): boolean {
  return problem === null && state !== DeletionState.IN_PROGRESS;
}

/**
 * A short text that is the same for reports that say the same, on every
 * replica. Starts with the state, so that a final one can be told from its
 * identity alone.
 */
export function identityOf(report: DeletionReport): string {
  const { state, seen, failures, problem } = report;
  const word = isFinal(report) ? state : `${state}~`;
  const rest = [
    seen?.observedAt ?? "",
    problem?.code ?? "",
    ...failures.map(
      ({ accountId, messageTypesRaw }) =>
        `${accountId}:${messageTypesRaw.join("+")}`,
    ),
  ];
  return `${word}.${checksum(rest.join("|"))}`;
}

/** Whether an identity is the one of a final report. */
export function isFinalIdentity(identity: string): boolean {
  return /^(?:DELETED|FAILED|UNKNOWN)\.[0-9a-z]{1,13}$/.test(identity);
}

/** Whether an identity is the one of a finished deletion. */
export function isDeletedIdentity(identity: string): boolean {
  return isFinalIdentity(identity) && identity.startsWith("DELETED.");
}

/** FNV-1a, 32 bit: tells states of one deletion apart, guards nothing. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}

const ADVICE: Readonly<Record<DeletionState, Sentence | null>> = {
  IN_PROGRESS: null,
  DELETED: null,
  FAILED: {
    en: "The contact still exists. Choose another recipient for the listed message types in each listed member account, then delete the contact again; or delete it with retainContactInMembers, so that members keep it.",
    zh: "联系人仍然存在。请在列出的各成员账号中为相应消息类型指定其他接收人，然后重新删除；或使用 retainContactInMembers 删除，使成员保留该联系人。",
  },
  UNKNOWN: {
    en: "No deletion of this contact is on record here. Read the contact: null means that the directory has no such contact, whether it was deleted elsewhere or never existed.",
    zh: "此处没有该联系人的删除记录。请查询该联系人：若为 null,则资源目录中不存在该联系人，可能已在别处删除，也可能从未存在。",
  },
};

/** The report in the reader's language. */
export function toContactDeletion(
  report: DeletionReport,
  language: Language,
): ContactDeletion {
  const { contactId, state, stateRaw, failures, seen, problem } = report;
  return {
    contactId,
    state,
    stateRaw,
    isFinal: isFinal(report),
    failures: failures.map((failure) => ({
      ...failure,
      advice: failureAdvice(failure, language),
    })),
    observedAt: seen?.observedAt ?? null,
    startedHere: seen?.startedHere ?? null,
    advice: problem === null ? (ADVICE[state]?.[language] ?? null) : null,
    problem:
      problem === null
        ? null
        : {
            code: problem.code,
            message: ERRORS[problem.code].message[language],
            retryable: isRetryable(problem.code),
            retryAfterSeconds: problem.details.retryAfterSeconds ?? null,
          },
  };
}

function failureAdvice(
  { accountId, messageTypes, messageTypesRaw }: ReportedFailure,
  language: Language,
): string {
  const types = messageTypes
    .map((type, at) =>
      type === MessageType.UNRECOGNISED ? (messageTypesRaw[at] ?? type) : type,
    )
    .join(", ");
  if (language === "zh") {
    return types === ""
      ? `请在成员账号 ${accountId} 中指定其他消息接收人，然后重新删除该联系人。`
      : `请在成员账号 ${accountId} 中为 ${types} 指定其他接收人，然后重新删除该联系人。`;
  }
  return types === ""
    ? `In account ${accountId} choose another recipient, then delete the contact again.`
    : `In account ${accountId} choose another recipient for ${types}, then delete the contact again.`;
}
