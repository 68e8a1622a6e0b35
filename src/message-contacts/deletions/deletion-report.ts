import { type Language, type Sentence } from "../../errors/error-codes.js";
import type { GatewayError } from "../../errors/gateway-error.js";
import { toReadProblem } from "../watch/read-problem.js";
import type { SeenDeletion } from "./deletion-ledger.js";
import type { ContactDeletion } from "../shapes/contact-deletion.js";
import { DeletionState, MessageType } from "../shapes/enums.js";

/** A member account that still needs the contact. */
export interface ReportedFailure {
  readonly accountId: string;
  readonly messageTypes: MessageType[];
  readonly messageTypesRaw: string[];
}

/** State of a deletion, without texts in any language. */
export interface DeletionReport {
  readonly contactId: string;
  readonly state: DeletionState;
  /** State as the vendor spells it, or null. */
  readonly stateRaw: string | null;
  readonly failures: readonly ReportedFailure[];
  readonly seen: Pick<SeenDeletion, "observedAt" | "startedHere"> | null;
  /** Why the state could not be read; the other fields then hold the last known state. */
  readonly problem: GatewayError | null;
}

/** Creates a report without vendor state, failures or problem. */
export function newReport(
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

/** Whether the state changes only after a new request. */
export function isFinal({ state, problem }: DeletionReport): boolean {
  return problem === null && state !== DeletionState.IN_PROGRESS;
}

/**
 * Short id of a report's content: equal reports have equal ids on every replica. It
 * starts with the state, so that the id alone shows whether the state is final. Used as
 * the SSE event id.
 */
export function identityOf(report: DeletionReport): string {
  const { state, seen, failures, problem } = report;
  const prefix = isFinal(report) ? state : `${state}~`;
  const rest = [
    seen?.observedAt ?? "",
    problem?.code ?? "",
    ...failures.map(
      ({ accountId, messageTypesRaw }) =>
        `${accountId}:${messageTypesRaw.join("+")}`,
    ),
  ];
  return `${prefix}.${checksum(rest.join("|"))}`;
}

/** Whether an id belongs to a final report. */
export function isFinalIdentity(identity: string): boolean {
  return /^(?:DELETED|FAILED|UNKNOWN)\.[0-9a-z]{1,13}$/.test(identity);
}

/** Whether an id belongs to a report of a finished deletion. */
export function isDeletedIdentity(identity: string): boolean {
  return isFinalIdentity(identity) && identity.startsWith("DELETED.");
}

/** FNV-1a, 32 bit. Distinguishes states of one deletion; not a security measure. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
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
    en: "The gateway has no record of a deletion of this contact. Read the contact: null means that the directory has no such contact, because it was deleted elsewhere or never existed.",
    zh: "此处没有该联系人的删除记录。请查询该联系人：若为 null，则资源目录中不存在该联系人，可能已在别处删除，也可能从未存在。",
  },
};

/** Converts a report to the API shape, with texts in the given language. */
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
    problem: problem === null ? null : toReadProblem(problem, language),
  };
}

function failureAdvice(
  { accountId, messageTypes, messageTypesRaw }: ReportedFailure,
  language: Language,
): string {
  const types = messageTypes
    .map((type, index) =>
      type === MessageType.UNRECOGNISED
        ? (messageTypesRaw[index] ?? type)
        : type,
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
