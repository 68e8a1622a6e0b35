/**
 * Maximum time in seconds to close servers, sockets, traces and shared state after the
 * last response: the sum of their own time limits.
 */
export const CLOSING_SECONDS = 5;

/**
 * Milliseconds before the deadline of a request in which no further item of a bulk change
 * starts, so that the last one can be read back.
 */
export const BULK_RESERVE_MS = 5_000;

/** Settings that limit the duration of a shutdown. */
export interface ShutdownLimits {
  readonly DRAIN_SECONDS: number;
  readonly WRITE_DEADLINE_MS: number;
  readonly SHUTDOWN_GRACE_SECONDS?: number | undefined;
}

/**
 * Minimum grace period in seconds that interrupts no change: a change that starts at the
 * end of the drain may use its whole deadline.
 */
export function minGraceSeconds(limits: ShutdownLimits): number {
  return (
    limits.DRAIN_SECONDS +
    Math.ceil(limits.WRITE_DEADLINE_MS / 1_000) +
    CLOSING_SECONDS
  );
}

/** Time from the signal to the forced exit of a process, in milliseconds. */
export function graceMs(limits: ShutdownLimits): number {
  const { SHUTDOWN_GRACE_SECONDS: seconds } = limits;
  return 1_000 * (seconds ?? minGraceSeconds(limits));
}

/** Describes time limits that contradict each other. */
export function timeLimitProblems(
  limits: ShutdownLimits & { readonly READ_BACK_RESERVE_MS: number },
): string[] {
  const { SHUTDOWN_GRACE_SECONDS: grace } = limits;
  const min = minGraceSeconds(limits);
  return [
    ...(grace !== undefined && grace < min
      ? [
          `SHUTDOWN_GRACE_SECONDS must be at least ${min}: DRAIN_SECONDS, WRITE_DEADLINE_MS and ${CLOSING_SECONDS} seconds for closing`,
        ]
      : []),
    ...(limits.WRITE_DEADLINE_MS <= BULK_RESERVE_MS
      ? [
          `WRITE_DEADLINE_MS must be more than ${BULK_RESERVE_MS}: bulk changes start no item in the last ${BULK_RESERVE_MS / 1_000} seconds before the deadline, so they would never start one`,
        ]
      : []),
    ...(limits.READ_BACK_RESERVE_MS >= limits.WRITE_DEADLINE_MS
      ? [
          "READ_BACK_RESERVE_MS must be less than WRITE_DEADLINE_MS: otherwise no time is left to send a change",
        ]
      : []),
  ];
}
