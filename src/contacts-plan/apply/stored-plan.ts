import type { ContactsPlan } from "../planner/contacts-plan.js";
import { PlanChangeKind, PlanField } from "../shapes/enums.js";

/**
 * One change as it is kept under an idempotency key: without values, because they are
 * personal data. The repeated request contains them again.
 */
export interface StoredStep {
  readonly kind: PlanChangeKind;
  readonly index: number | null;
  readonly contactId: string | null;
  readonly etag: string | null;
  readonly fields: readonly PlanField[];
  readonly targetIds: readonly string[];
}

/** The changes of a plan without personal data. */
export interface StoredPlan {
  readonly steps: readonly StoredStep[];
}

export function toStoredPlan({ changes }: ContactsPlan): StoredPlan {
  return {
    steps: changes.map(
      ({ kind, index, contactId, etag, fields, targetIds }) => ({
        kind,
        index,
        contactId,
        etag,
        fields: fields.map(({ field }) => field),
        targetIds,
      }),
    ),
  };
}

/** Whether a stored value is a plan: a shared store may return anything. */
export function isStoredPlan(value: object): value is StoredPlan {
  const { steps } = value as Partial<StoredPlan>;
  return Array.isArray(steps) && steps.every(isStoredStep);
}

function isStoredStep(value: unknown): value is StoredStep {
  if (typeof value !== "object" || value === null) return false;
  const { kind, index, contactId, etag, fields, targetIds } =
    value as Partial<StoredStep>;
  return (
    Object.values(PlanChangeKind).includes(kind as PlanChangeKind) &&
    (index === null || Number.isSafeInteger(index)) &&
    [contactId, etag].every((one) => one === null || typeof one === "string") &&
    Array.isArray(fields) &&
    fields.every((one: unknown) =>
      Object.values(PlanField).includes(one as PlanField),
    ) &&
    Array.isArray(targetIds) &&
    targetIds.every((one) => typeof one === "string")
  );
}
