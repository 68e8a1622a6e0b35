/** The writes of a replacement. Contains no personal data. */
export interface ReplacementPlan {
  /** Targets to bind the replacement to, in order. */
  readonly targetIds: readonly string[];
  /** Version of the replaced contact from which the plan was made. */
  readonly etag: string;
}

/** Whether a stored value is a plan: a shared store may return anything. */
export function isReplacementPlan(value: object): value is ReplacementPlan {
  const { targetIds, etag } = value as Partial<ReplacementPlan>;
  return (
    typeof etag === "string" &&
    Array.isArray(targetIds) &&
    targetIds.every((id) => typeof id === "string")
  );
}
