import type { Match } from "./match-contacts.js";
import { PROBLEMS, type PlanProblem } from "./plan-problem.js";
import type { TargetLookup } from "./target-lookup.js";

/** Bindings that a contact gets and loses. */
export interface TargetChanges {
  readonly bind: readonly string[];
  readonly unbind: readonly string[];
  readonly problems: readonly PlanProblem[];
}

const NONE: TargetChanges = { bind: [], unbind: [], problems: [] };

/**
 * Compares the targets of a contact. An id to which the contact is bound is accepted
 * without a look-up, because the account may have left the directory.
 */
export function targetChanges(
  { index, desired, current }: Match,
  lookup: TargetLookup,
  { targetsPerContact }: { readonly targetsPerContact: number },
): TargetChanges {
  const { name, targets } = desired;
  if (targets === undefined) return NONE;
  const bound = new Set(current?.bindings.map(({ targetId }) => targetId));
  const problems: PlanProblem[] = [];
  const wanted = new Set<string>();
  for (const [position, text] of targets.entries()) {
    const [id, ...others] = bound.has(text) ? [text] : lookup.find(text);
    if (id === undefined) {
      problems.push(PROBLEMS.unknownTarget(index, position, text));
    } else if (others.length > 0) {
      problems.push(
        PROBLEMS.ambiguousTarget(index, position, text, [id, ...others]),
      );
    } else wanted.add(id);
  }
  const bind = [...wanted].filter((id) => !bound.has(id));
  if (bind.length > 0 && wanted.size > targetsPerContact) {
    problems.push(
      PROBLEMS.tooManyTargets(index, name, wanted.size, targetsPerContact),
    );
  }
  // An unknown target may be a bound one under another name, so nothing is unbound.
  return problems.length > 0
    ? { ...NONE, problems }
    : { bind, unbind: [...bound].filter((id) => !wanted.has(id)), problems };
}
