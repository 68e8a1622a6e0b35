import { ContactStatus } from "../../message-contacts/shapes/enums.js";
import type { MessageContact } from "../../message-contacts/shapes/message-contact.js";
import type { DesiredContact } from "./desired-contact.js";
import { PROBLEMS, type PlanProblem } from "./plan-problem.js";

/** A contact of the input, and the existing contact that it describes. */
export interface Match {
  /** Position in the input. */
  readonly index: number;
  readonly desired: DesiredContact;
  /** Null when the contact must be added. */
  readonly current: MessageContact | null;
}

/** Contacts of the input and of the directory, matched. */
export interface Matches {
  /** Without the contacts of the input that have a problem. */
  readonly matches: readonly Match[];
  /** Existing contacts that the input does not name, without those being deleted. */
  readonly unnamed: readonly MessageContact[];
  readonly problems: readonly PlanProblem[];
}

/**
 * Matches by id, so that a rename is recognized, then by name, which is unique in a
 * directory. An id that no contact has is ignored: its contact was deleted elsewhere.
 */
export function matchContacts(
  desired: readonly DesiredContact[],
  current: readonly MessageContact[],
): Matches {
  const problems: PlanProblem[] = [];
  const faulty = new Set<number>();
  const reject = (index: number, problem: PlanProblem): void => {
    problems.push(problem);
    faulty.add(index);
  };
  const names = new Map<string, number>();
  const ids = new Map<string, number>();
  for (const [index, { id, name }] of desired.entries()) {
    const sameName = names.get(name);
    if (sameName !== undefined) {
      reject(index, PROBLEMS.duplicateName(index, name, sameName));
    } else names.set(name, index);
    if (id === undefined) continue;
    const sameId = ids.get(id);
    if (sameId !== undefined) {
      reject(index, PROBLEMS.duplicateId(index, id, sameId));
    } else ids.set(id, index);
  }
  const byId = new Map(current.map((contact) => [contact.id, contact]));
  const byName = new Map(current.map((contact) => [contact.name, contact]));
  const claimed = new Map<string, number>();
  for (const [id, index] of ids) if (byId.has(id)) claimed.set(id, index);
  const matches: Match[] = [];
  for (const [index, contact] of desired.entries()) {
    const withId = contact.id === undefined ? undefined : byId.get(contact.id);
    const withName = byName.get(contact.name);
    const isFree = withName !== undefined && !claimed.has(withName.id);
    const found = withId ?? (isFree ? withName : undefined) ?? null;
    if (found !== null) claimed.set(found.id, index);
    if (faulty.has(index)) continue;
    if (found?.status === ContactStatus.DELETING) {
      reject(index, PROBLEMS.beingDeleted(index, contact.name));
    } else matches.push({ index, desired: contact, current: found });
  }
  const unnamed = current.filter(
    ({ id, status }) => !claimed.has(id) && status !== ContactStatus.DELETING,
  );
  return { matches, unnamed, problems };
}
