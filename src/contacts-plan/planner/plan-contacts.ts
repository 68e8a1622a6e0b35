import { createHash } from "node:crypto";
import { batchesOf } from "../../message-contacts/bulk/batches-of.js";
import { MAX_TARGETS_PER_CALL } from "../../message-contacts/shapes/input-fields.js";
import type { MessageContact } from "../../message-contacts/shapes/message-contact.js";
import type { RuleSettings } from "../../validation/check-input.js";
import { PlanChangeKind, PlanField } from "../shapes/enums.js";
import type {
  ContactsPlan,
  PlannedChange,
  WaitingContact,
} from "./contacts-plan.js";
import type { DesiredContacts } from "./desired-contact.js";
import {
  channelsOf,
  fieldChangesOf,
  fieldsOf,
  type FieldChange,
} from "./field-changes.js";
import { matchContacts, type Match } from "./match-contacts.js";
import { orderByName } from "./name-order.js";
import { MAX_PROBLEMS, PROBLEMS, type PlanProblem } from "./plan-problem.js";
import { targetChanges, type TargetChanges } from "./target-changes.js";
import type { TargetLookup } from "./target-lookup.js";

/** Quotas of a directory. */
export interface Quotas {
  readonly contacts: number;
  readonly targetsPerContact: number;
}

/** What a plan depends on. */
export interface PlanningState {
  /** All contacts of the directory, unmasked. */
  readonly current: readonly MessageContact[];
  /** Pending addresses and numbers of the contacts that `addressChanges` returns. */
  readonly pending: ReadonlyMap<string, readonly string[]>;
  readonly targets: TargetLookup;
  readonly quotas: Quotas;
  readonly settings: RuleSettings;
}

/** Fields that a new contact needs (vendor's AddMessageContact). */
const REQUIRED = ["emailAddress", "title", "messageTypes"] as const;

/** Ids of the contacts whose address or number differs from the input. */
export function addressChanges(
  { contacts }: DesiredContacts,
  current: readonly MessageContact[],
  settings: RuleSettings,
): string[] {
  return matchContacts(contacts, current).matches.flatMap(
    ({ desired, current: contact }) =>
      contact !== null &&
      channelsOf(fieldChangesOf(desired, contact, [], settings)).length > 0
        ? [contact.id]
        : [],
  );
}

/**
 * Plans the changes that make a directory match an input. Reads and changes nothing.
 *
 * Order: additions and updates, each name freed before it is taken; bindings; removed
 * bindings, which come first for a contact that would exceed the quota of targets
 * otherwise; deletions.
 */
export function planContacts(
  input: DesiredContacts,
  state: PlanningState,
): ContactsPlan {
  const { current, quotas } = state;
  const matched = matchContacts(input.contacts, current);
  const problems = [...matched.problems];
  const additions: PlannedChange[] = [];
  const planned = matched.matches.map((match) => planOne(match, state));
  for (const one of planned) problems.push(...one.problems);
  const naming = orderByName(planned.flatMap(({ main }) => main ?? []));
  for (const { index, takes } of naming.cyclic) {
    problems.push(PROBLEMS.nameCycle(index, takes));
  }
  problems.push(...takenNames(planned, current));
  for (const { change } of naming.ordered) additions.push(change);
  const binds = planned.flatMap((one) => bindings(one, quotas));
  const deletions = input.prune === true ? matched.unnamed.map(deletionOf) : [];
  const added = additions.filter(({ kind }) => kind === PlanChangeKind.ADD);
  const quota = {
    contactsNow: current.length,
    contactsAfter: current.length + added.length - deletions.length,
    contactsPeak: current.length + added.length,
    contactsLimit: quotas.contacts,
    targetsPerContactLimit: quotas.targetsPerContact,
  };
  if (added.length > 0 && quota.contactsPeak > quotas.contacts) {
    problems.push(
      quota.contactsAfter > quotas.contacts
        ? PROBLEMS.tooManyContacts(quota.contactsAfter, quotas.contacts)
        : PROBLEMS.tooManyBeforeDeletions(
            quota.contactsPeak,
            quotas.contacts,
            added.map(({ name }) => name),
            deletions.map(({ name }) => name),
          ),
    );
  }
  if (input.contacts.length === 0 && deletions.length > 0) {
    problems.push(PROBLEMS.wouldDeleteAll(deletions.length));
  }
  const changes = [
    ...additions,
    ...binds.filter(({ isLate }) => !isLate).map(({ change }) => change),
    ...binds.filter(({ isLate }) => isLate).map(({ change }) => change),
    ...deletions,
  ];
  const ordered = problems.sort(byField).slice(0, MAX_PROBLEMS);
  return {
    digest: digestOf(changes, ordered, input),
    isEmpty: changes.length === 0,
    changes,
    waiting: planned.flatMap(({ waiting }) => waiting ?? []),
    quota,
    problems: ordered,
  };
}

interface Named {
  readonly index: number;
  readonly takes: string;
  readonly frees: string | null;
  readonly change: PlannedChange;
}

interface PlannedContact {
  readonly match: Match;
  /** The addition or the update; null when no field changes. */
  readonly main: Named | null;
  readonly targets: TargetChanges;
  readonly waiting: WaitingContact | null;
  readonly problems: readonly PlanProblem[];
}

function planOne(match: Match, state: PlanningState): PlannedContact {
  const { index, desired, current } = match;
  const targets = targetChanges(match, state.targets, state.quotas);
  if (current === null) {
    const missing = REQUIRED.filter((field) => desired[field] === undefined);
    return {
      match,
      main: namedOf(match, PlanChangeKind.ADD, fieldsOf(desired)),
      targets,
      waiting: null,
      problems: [
        ...missing.map((field) =>
          PROBLEMS.missingField(index, desired.name, field),
        ),
        ...targets.problems,
      ],
    };
  }
  const pending = state.pending.get(current.id) ?? [];
  const fields = fieldChangesOf(desired, current, pending, state.settings);
  const unconfirmed = channelsOf(
    fieldChangesOf(desired, current, [], state.settings),
  ).filter((channel) => !channelsOf(fields).includes(channel));
  return {
    match,
    main:
      fields.length === 0
        ? null
        : namedOf(match, PlanChangeKind.UPDATE, fields),
    targets,
    waiting:
      unconfirmed.length === 0
        ? null
        : { contactId: current.id, name: current.name, channels: unconfirmed },
    problems: targets.problems,
  };
}

function namedOf(
  match: Match,
  kind: PlanChangeKind.ADD | PlanChangeKind.UPDATE,
  fields: readonly FieldChange[],
): Named {
  const { index, desired, current } = match;
  const isNamed = fields.some(({ field }) => field === PlanField.NAME);
  return {
    index,
    takes: desired.name,
    frees: isNamed ? (current?.name ?? null) : desired.name,
    change: {
      ...emptyChange(match, kind),
      fields,
      verifications: channelsOf(fields),
    },
  };
}

function emptyChange(
  { index, desired, current }: Match,
  kind: PlanChangeKind,
): PlannedChange {
  return {
    kind,
    index,
    contactId: current?.id ?? null,
    name: current?.name ?? desired.name,
    etag: current?.etag ?? null,
    fields: [],
    targetIds: [],
    verifications: [],
  };
}

/** Problems with names that belong to a contact that keeps its name. */
function takenNames(
  planned: readonly PlannedContact[],
  current: readonly MessageContact[],
): PlanProblem[] {
  const freed = new Set(
    planned.flatMap(({ main }) =>
      main?.frees === undefined || main.frees === null ? [] : [main.frees],
    ),
  );
  const owners = new Map(current.map(({ id, name }) => [name, id]));
  return planned.flatMap(({ main, match }) => {
    if (main === null || main.frees === main.takes) return [];
    const owner = owners.get(main.takes);
    const isTaken =
      owner !== undefined &&
      owner !== match.current?.id &&
      !freed.has(main.takes);
    return isTaken ? [PROBLEMS.nameTaken(match.index, main.takes)] : [];
  });
}

interface BindingStep {
  /** Whether it comes after all new bindings, so that no account is without a contact meanwhile. */
  readonly isLate: boolean;
  readonly change: PlannedChange;
}

function bindings(
  { match, targets: { bind, unbind } }: PlannedContact,
  { targetsPerContact }: Quotas,
): BindingStep[] {
  const step = (
    kind: PlanChangeKind,
    ids: readonly string[],
    isLate: boolean,
  ) =>
    batchesOf(ids, MAX_TARGETS_PER_CALL).map((targetIds) => ({
      isLate,
      change: { ...emptyChange(match, kind), targetIds },
    }));
  const bound = match.current?.bindings.length ?? 0;
  const needsRoom = bound + bind.length > targetsPerContact;
  const removed = step(PlanChangeKind.UNBIND, unbind, !needsRoom);
  const added = step(PlanChangeKind.BIND, bind, false);
  return needsRoom ? [...removed, ...added] : [...added, ...removed];
}

function deletionOf({ id, name, etag }: MessageContact): PlannedChange {
  return {
    kind: PlanChangeKind.DELETE,
    index: null,
    contactId: id,
    name,
    etag,
    fields: [],
    targetIds: [],
    verifications: [],
  };
}

/** In the order of the input, so that the first problem is the first to correct. */
function byField(one: PlanProblem, other: PlanProblem): number {
  return Number(one.field[1] ?? -1) - Number(other.field[1] ?? -1);
}

/** Length of a digest: 128 bits are enough to distinguish plans. */
const DIGEST_LENGTH = 22;

function digestOf(
  changes: readonly PlannedChange[],
  problems: readonly PlanProblem[],
  { retainContactInMembers = true }: DesiredContacts,
): string {
  const codes = problems.map(({ code, field }) => [code, field]);
  return createHash("sha256")
    .update(JSON.stringify([changes, codes, retainContactInMembers]))
    .digest("base64url")
    .slice(0, DIGEST_LENGTH);
}
