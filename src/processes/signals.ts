/** Longest time from the signal to the end, drain included: below 15 s. */
const GRACE_MS = 14_500;

/**
 * Ends the process in order: with 0 when `end` is done, with 1 when it takes
 * longer than the grace period. A second signal ends it at once.
 */
export function onSignal(end: (signal: NodeJS.Signals) => Promise<void>): void {
  let isEnding = false;
  const take = (signal: NodeJS.Signals): void => {
    if (isEnding) process.exit(1);
    isEnding = true;
    exitAfter(() => end(signal));
  };
  process.on("SIGTERM", take);
  process.on("SIGINT", take);
}

/** Ends the process when `end` is done, or when the grace period is over. */
export function exitAfter(end: () => Promise<void>): void {
  setTimeout(() => process.exit(1), GRACE_MS).unref();
  end().then(
    () => process.exit(0),
    () => process.exit(1),
  );
}
