/**
 * Longest time to close servers, sockets, traces and shared state once the last
 * request has its answer, in seconds: the sum of their own time limits.
 */
export const CLOSING_SECONDS = 5;

/** The settings that bound the end of a process. */
export interface EndingLimits {
  readonly DRAIN_SECONDS: number;
  readonly WRITE_DEADLINE_MS: number;
  readonly SHUTDOWN_GRACE_SECONDS?: number | undefined;
}

/**
 * Shortest grace period in seconds that cuts off no change: one that begins at
 * the end of the drain may take its whole deadline.
 */
export function leastGraceSeconds(limits: EndingLimits): number {
  return (
    limits.DRAIN_SECONDS +
    Math.ceil(limits.WRITE_DEADLINE_MS / 1_000) +
    CLOSING_SECONDS
  );
}

/** Time from the signal to the forced end of a process, in milliseconds. */
export function graceMs(limits: EndingLimits): number {
  const { SHUTDOWN_GRACE_SECONDS: set } = limits;
  return 1_000 * (set ?? leastGraceSeconds(limits));
}

/** Time limits that contradict each other. */
export function timeLimitProblems(
  limits: EndingLimits & { readonly READ_BACK_RESERVE_MS: number },
): string[] {
  const { SHUTDOWN_GRACE_SECONDS: grace } = limits;
  const least = leastGraceSeconds(limits);
  return [
    ...(grace !== undefined && grace < least
      ? [
          `SHUTDOWN_GRACE_SECONDS must be at least ${least}: DRAIN_SECONDS, WRITE_DEADLINE_MS and ${CLOSING_SECONDS} seconds to close`,
        ]
      : []),
    ...(limits.READ_BACK_RESERVE_MS >= limits.WRITE_DEADLINE_MS
      ? [
          "READ_BACK_RESERVE_MS must be less than WRITE_DEADLINE_MS: otherwise no change is ever sent",
        ]
      : []),
  ];
}
